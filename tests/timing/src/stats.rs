//! Tests whether two samples have the same distribution: Welch's t-test for means, the Kolmogorov–Smirnov test for
//! distributions.

use statrs::distribution::{ContinuousCDF as _, StudentsT};
use statrs::stats_tests::NaNPolicy;
use statrs::stats_tests::ks_test::{KSTwoSampleAlternativeMethod, ks_twosample};

/// Below this p-value, after the correction for the number of comparisons, two classes are distinguished.
pub const SIGNIFICANT: f64 = 0.001;

#[expect(
    clippy::cast_precision_loss,
    reason = "there are a few thousand samples, and a float counts to 2^53"
)]
fn float(count: usize) -> f64 {
    count as f64
}

/// What a sample looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The number of values.
    pub n: usize,
    /// The median.
    pub median: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub sd: f64,
}

/// What a sample looks like.
pub fn summary(sample: &[f64]) -> Summary {
    let mean = mean(sample);
    Summary {
        n: sample.len(),
        median: quantile(sample, 0.5),
        mean,
        sd: variance(sample, mean).sqrt(),
    }
}

/// The arithmetic mean.
pub fn mean(sample: &[f64]) -> f64 {
    sample.iter().sum::<f64>() / float(sample.len())
}

fn variance(sample: &[f64], mean: f64) -> f64 {
    let squares = sample.iter().map(|value| (value - mean).powi(2));
    squares.sum::<f64>() / (float(sample.len()) - 1.0)
}

/// The quantile of a sorted sample.
pub fn quantile(sample: &[f64], part: f64) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the sample"
    )]
    let at = (part * float(last)).round() as usize;
    sorted.get(at.min(last)).copied().unwrap_or(f64::NAN)
}

/// Welch's t-test, two-sided: the p-value of the difference of the means.
pub fn welch(one: &[f64], other: &[f64]) -> f64 {
    let (mean_one, mean_other) = (mean(one), mean(other));
    let error_one = variance(one, mean_one) / float(one.len());
    let error_other = variance(other, mean_other) / float(other.len());
    let error = error_one + error_other;
    if error == 0.0 {
        return if mean_one.total_cmp(&mean_other).is_eq() {
            1.0
        } else {
            0.0
        };
    }
    let t = (mean_one - mean_other) / error.sqrt();
    // Welch–Satterthwaite
    let freedom = error.powi(2)
        / (error_one.powi(2) / (float(one.len()) - 1.0) + error_other.powi(2) / (float(other.len()) - 1.0));
    let distribution = StudentsT::new(0.0, 1.0, freedom).unwrap();
    2.0 * distribution.sf(t.abs())
}

/// The two-sample Kolmogorov–Smirnov test, two-sided, by its asymptotic distribution.
pub fn kolmogorov_smirnov(one: &[f64], other: &[f64]) -> f64 {
    let sorted = |sample: &[f64]| {
        let mut sorted = sample.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted
    };
    if sorted(one) == sorted(other) {
        // The series does not converge if the statistic is zero.
        return 1.0;
    }
    let (_, p) = ks_twosample(
        one.to_vec(),
        other.to_vec(),
        KSTwoSampleAlternativeMethod::TwoSidedAsymptotic,
        NaNPolicy::Error,
    )
    .unwrap();
    p.clamp(0.0, 1.0)
}

/// Holm's correction of p-values for multiple comparisons.
pub fn holm(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |at: usize| values.get(at).copied().unwrap_or(1.0);
    order.sort_by(|one, other| value(*one).total_cmp(&value(*other)));
    let mut corrected = vec![1.0; values.len()];
    let mut least: f64 = 0.0;
    for (rank, at) in order.iter().enumerate() {
        least = least.max((value(*at) * float(values.len() - rank)).min(1.0));
        if let Some(place) = corrected.get_mut(*at) {
            *place = least;
        }
    }
    corrected
}

/// The mean of the differences within rounds, and the half width of its 99.9 % interval: effects on a whole round
/// cancel out.
pub fn paired(one: &[f64], other: &[f64]) -> (f64, f64) {
    let differences: Vec<f64> = one.iter().zip(other).map(|(one, other)| one - other).collect();
    let mean = mean(&differences);
    let n = float(differences.len());
    let error = (variance(&differences, mean) / n).sqrt();
    let distribution = StudentsT::new(0.0, 1.0, n - 1.0).unwrap();
    (mean, distribution.inverse_cdf(0.9995) * error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected value is the t density's integral by Simpson's rule, in another language.
    #[test]
    fn welch_agrees_with_a_known_example() {
        let one = [
            27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4,
        ];
        let other = [
            27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 23.1,
        ];
        let p = welch(&one, &other);
        assert!((p - 0.009_904_590_683).abs() < 1e-9, "{p}");
    }

    #[test]
    fn kolmogorov_smirnov_agrees_with_its_series() {
        // D = 1/2, n = m = 50: sqrt(25) / 2 = 2.5, and 2 exp(-12.5) is the series' first term.
        let one: Vec<f64> = (0..50).map(f64::from).collect();
        let other: Vec<f64> = one.iter().map(|value| value + 25.0 - 0.5).collect();
        let p = kolmogorov_smirnov(&one, &other);
        assert!((p / (2.0 * (-12.5_f64).exp()) - 1.0).abs() < 1e-6, "{p}");
        assert!((kolmogorov_smirnov(&one, &one) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn holm_multiplies_by_what_is_left() {
        let corrected = holm(&[0.01, 0.04, 0.03]);
        for (found, expected) in corrected.iter().zip([0.03, 0.06, 0.06]) {
            assert!((found - expected).abs() < 1e-12, "{corrected:?}");
        }
    }

    /// Realistic times: a hash, a little noise, and occasional load from other processes.
    fn times(chance: &mut fastrand::Rng, n: usize) -> Vec<f64> {
        let noise = |chance: &mut fastrand::Rng| (0..6).map(|_| chance.f64()).sum::<f64>() - 3.0;
        (0..n)
            .map(|_| {
                40.0 + noise(chance)
                    + if chance.f64() < 0.05 {
                        30.0 * chance.f64()
                    } else {
                        0.0
                    }
            })
            .collect()
    }

    #[test]
    fn a_millisecond_is_found_and_half_of_it() {
        let mut chance = fastrand::Rng::with_seed(1);
        for planted in [1.0, 0.5] {
            let one = times(&mut chance, 2_000);
            let other: Vec<f64> = times(&mut chance, 2_000)
                .iter()
                .map(|time| time + planted)
                .collect();
            assert!(kolmogorov_smirnov(&one, &other) < SIGNIFICANT, "{planted}");
        }
        let one = times(&mut chance, 2_000);
        let other: Vec<f64> = times(&mut chance, 2_000).iter().map(|time| time + 1.0).collect();
        assert!(welch(&one, &other) < SIGNIFICANT);
        let (mean, half) = paired(&other, &one);
        assert!((mean - 1.0).abs() <= half && mean > half, "{mean} ± {half}");
    }

    /// Equal means, different distributions: only the second test detects it.
    #[test]
    fn another_shape_is_found() {
        let mut chance = fastrand::Rng::with_seed(2);
        let one = times(&mut chance, 2_000);
        let centre = mean(&one);
        let other: Vec<f64> = times(&mut chance, 2_000)
            .iter()
            .map(|time| centre + (time - centre) * 1.5)
            .collect();
        assert!(kolmogorov_smirnov(&one, &other) < SIGNIFICANT);
    }

    /// Two halves of one class: of a thousand comparisons, about one has a p-value below one in a thousand.
    #[test]
    fn nothing_is_found_where_nothing_is() {
        let mut chance = fastrand::Rng::with_seed(3);
        let (mut by_mean, mut by_shape) = (0, 0);
        for _ in 0..1_000 {
            let one = times(&mut chance, 400);
            let (half, other) = one.split_at(200);
            by_mean += u32::from(welch(half, other) < SIGNIFICANT);
            by_shape += u32::from(kolmogorov_smirnov(half, other) < SIGNIFICANT);
        }
        assert!(by_mean <= 6 && by_shape <= 6, "{by_mean} and {by_shape} of 1,000");
    }
}
