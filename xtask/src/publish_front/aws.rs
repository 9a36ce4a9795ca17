//! Calls of the AWS CLI.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::builds::History;

/// The target of the files.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) bucket: String,
    pub(super) distribution: String,
}

/// A call of the AWS CLI: its arguments, and its standard input.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AwsCall {
    pub(super) arguments: Vec<String>,
    pub(super) input: Option<String>,
}

impl AwsCall {
    pub(super) fn new<const N: usize>(arguments: [&str; N]) -> Self {
        Self {
            arguments: arguments.map(str::to_owned).to_vec(),
            input: None,
        }
    }

    pub(super) fn and(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }
}

/// The target, from the outputs of the stack.
pub(super) fn place(outputs: &str) -> Result<Place> {
    let outputs: Value = serde_json::from_str(outputs).context("the stack's outputs are not JSON")?;
    let of = |key: &str| -> Result<String> {
        let found = outputs
            .as_array()
            .into_iter()
            .flatten()
            .find(|output| output.get("OutputKey").and_then(Value::as_str) == Some(key));
        let value = found
            .and_then(|output| output.get("OutputValue"))
            .and_then(Value::as_str);
        Ok(value
            .with_context(|| format!("the stack has no output {key}"))?
            .to_owned())
    };
    Ok(Place {
        bucket: of("SiteBucket")?,
        distribution: of("DistributionId")?,
    })
}

pub(super) struct Aws<'a> {
    pub(super) region: &'a str,
}

impl Aws<'_> {
    /// Its output; an error if it failed.
    pub(super) fn run(&self, call: &AwsCall) -> Result<String> {
        let mut child = Command::new("aws")
            .args(["--region", self.region])
            .args(&call.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run aws; install the AWS CLI")?;
        if let Some(mut stdin) = child.stdin.take()
            && let Some(input) = &call.input
        {
            stdin.write_all(input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("aws {} failed; see above", call.arguments.join(" "));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    pub(super) fn place(&self, stage: &str) -> Result<Place> {
        let stack = format!("portal-web-{stage}");
        let call = AwsCall::new(["cloudformation", "describe-stacks", "--stack-name", &stack]).and(&[
            "--query",
            "Stacks[0].Outputs",
            "--output",
            "json",
        ]);
        place(&self.run(&call)?).with_context(|| format!("{stack}: deploy infra/web.yaml first"))
    }

    pub(super) fn history(&self, place: &Place) -> Result<History> {
        let prefix = "builds/history.json";
        let listed = self.run(
            &AwsCall::new([
                "s3api",
                "list-objects-v2",
                "--bucket",
                &place.bucket,
                "--prefix",
                prefix,
            ])
            .and(&["--query", "length(Contents || `[]`)", "--output", "text"]),
        )?;
        if listed.trim() == "0" {
            return Ok(History::default());
        }
        let from = format!("s3://{}/{prefix}", place.bucket);
        let text = self.run(&AwsCall::new(["s3", "cp", &from, "-", "--only-show-errors"]))?;
        serde_json::from_str(&text).with_context(|| format!("{from} cannot be read"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stack_says_where() {
        let outputs = r#"[{"OutputKey":"SiteBucket","OutputValue":"b"},{"OutputKey":"DistributionId","OutputValue":"D"}]"#;
        assert_eq!(
            place(outputs).unwrap(),
            Place {
                bucket: "b".to_owned(),
                distribution: "D".to_owned(),
            }
        );
        assert!(
            place("[]")
                .unwrap_err()
                .to_string()
                .contains("no output SiteBucket")
        );
        place("null").unwrap_err();
    }
}
