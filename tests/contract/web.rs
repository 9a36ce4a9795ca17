//! CloudFront: added headers, caching, and forwarded requests.

use std::collections::BTreeMap;

use portal::inquiry::{CATEGORIES, ID_REQUEST, OTHER, Subcategory};
use serde_norway::Value as Yaml;

use crate::{house, template};

fn properties(name: &str) -> Yaml {
    house::yaml("infra/web.yaml")["Resources"][name]["Properties"].clone()
}

/// The headers that a policy adds to each answer.
fn added(policy: &str) -> BTreeMap<String, String> {
    let policy = properties(policy)["ResponseHeadersPolicyConfig"].clone();
    let security = &policy["SecurityHeadersConfig"];
    let of = |part: &str, field: &str| template::word(&security[part][field]).to_owned();
    let transport = &security["StrictTransportSecurity"];
    let mut added = BTreeMap::from([
        (
            "Content-Security-Policy".to_owned(),
            of("ContentSecurityPolicy", "ContentSecurityPolicy"),
        ),
        (
            "Referrer-Policy".to_owned(),
            of("ReferrerPolicy", "ReferrerPolicy"),
        ),
        ("X-Content-Type-Options".to_owned(), "nosniff".to_owned()),
        (
            "Strict-Transport-Security".to_owned(),
            format!(
                "max-age={}{}{}",
                transport["AccessControlMaxAgeSec"].as_u64().unwrap(),
                if transport["IncludeSubdomains"] == true {
                    "; includeSubDomains"
                } else {
                    ""
                },
                if transport["Preload"] == true {
                    "; preload"
                } else {
                    ""
                }
            ),
        ),
    ]);
    assert_eq!(security.as_mapping().unwrap().len(), added.len());
    for part in security.as_mapping().unwrap().values() {
        assert_eq!(part["Override"], Yaml::from(true));
    }
    for item in policy["CustomHeadersConfig"]["Items"].as_sequence().unwrap() {
        assert_eq!(item["Override"], Yaml::from(true));
        added.insert(
            template::word(&item["Header"]).to_owned(),
            template::word(&item["Value"]).to_owned(),
        );
    }
    added
}

#[test]
fn pages_are_served_with_exactly_the_headers_of_the_front() {
    let headers: serde_json::Value = serde_json::from_str(&house::text("web/headers.json")).unwrap();
    let all: BTreeMap<String, String> = serde_json::from_value(headers["all"].clone()).unwrap();
    assert_eq!(added("SiteHeaders"), all);
    let mut inquiry = all;
    let own: BTreeMap<String, String> = serde_json::from_value(headers["inquiry"].clone()).unwrap();
    inquiry.extend(own);
    assert_eq!(added("InquiryHeaders"), inquiry);
}

/// The one page that a browser may send by itself is served like every other, but for its policy.
#[test]
fn the_page_of_the_inquiry_differs_from_the_others_in_its_headers_alone() {
    let distribution = properties("Distribution")["DistributionConfig"].clone();
    let mut inquiry = distribution["CacheBehaviors"][1].clone();
    let mut other = distribution["DefaultCacheBehavior"].clone();
    assert_eq!(template::word(&inquiry["PathPattern"]), "*inquiry.html");
    assert_eq!(
        template::word(&inquiry["ResponseHeadersPolicyId"]),
        "InquiryHeaders"
    );
    inquiry.as_mapping_mut().unwrap().remove("PathPattern");
    for behaviour in [&mut inquiry, &mut other] {
        behaviour
            .as_mapping_mut()
            .unwrap()
            .remove("ResponseHeadersPolicyId");
    }
    assert_eq!(inquiry, other);
}

/// A cached page would name scripts of another build, so pages are revalidated each time.
#[test]
fn no_old_page_is_served_with_new_scripts() {
    let headers: serde_json::Value = serde_json::from_str(&house::text("web/headers.json")).unwrap();
    assert_eq!(headers["html"]["Cache-Control"], "no-cache");
    let cache = properties("SiteCache")["CachePolicyConfig"].clone();
    assert_eq!(cache["MinTTL"], Yaml::from(0));
    assert_eq!(cache["DefaultTTL"], Yaml::from(0));
    let publishing = house::text("xtask/src/publish_front.rs");
    assert!(
        publishing.contains("/{kind}/Cache-Control"),
        "the files carry what headers.json says"
    );
}

#[test]
fn the_api_gets_what_its_functions_read_and_is_never_cached() {
    let distribution = properties("Distribution")["DistributionConfig"].clone();
    let api = &distribution["CacheBehaviors"][0];
    assert_eq!(template::word(&api["PathPattern"]), "/api/*");
    // Managed: CachingDisabled
    assert_eq!(
        template::word(&api["CachePolicyId"]),
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    );
    // A password that was sent in clear text is not forwarded.
    assert_eq!(template::word(&api["ViewerProtocolPolicy"]), "https-only");
    assert!(
        api.get("ResponseHeadersPolicyId").is_none(),
        "the functions' own headers"
    );
    let requests = properties("ApiRequests")["OriginRequestPolicyConfig"].clone();
    let headers = template::words(&requests["HeadersConfig"]["Headers"]);
    for needed in [
        "Origin",
        "Content-Type",
        "Idempotency-Key",
        "Portal-Flow",
        "Portal-Session",
        "User-Agent",
        "CloudFront-Viewer-Address",
    ] {
        assert!(headers.contains(&needed), "{needed}");
    }
    assert_eq!(
        template::word(&requests["CookiesConfig"]["CookieBehavior"]),
        "all"
    );
    // CloudFront's error pages would replace the problem documents.
    assert!(distribution.get("CustomErrorResponses").is_none());
}

#[test]
fn only_cloudfront_reads_the_bucket_and_only_what_is_served() {
    let bucket = properties("SiteBucket");
    let blocks = bucket["PublicAccessBlockConfiguration"].as_mapping().unwrap();
    assert_eq!(blocks.len(), 4);
    assert!(blocks.values().all(|block| block == &Yaml::from(true)));
    let policy = properties("SiteBucketPolicy");
    let statements = policy["PolicyDocument"]["Statement"].as_sequence().unwrap();
    let allows = statements
        .iter()
        .filter(|statement| statement["Effect"] == "Allow");
    for statement in allows {
        assert_eq!(
            template::word(&statement["Principal"]["Service"]),
            "cloudfront.amazonaws.com"
        );
        assert!(
            statement["Condition"]["StringEquals"]
                .get("AWS:SourceArn")
                .is_some()
        );
    }
    assert_eq!(
        template::word(&statements[0]["Resource"]),
        "${SiteBucket.Arn}/site/*"
    );
    let origin = &properties("Distribution")["DistributionConfig"]["Origins"][0];
    assert_eq!(template::word(&origin["OriginPath"]), "/site");
}

/// The origin secret comes from Secrets Manager, and is in no template.
#[test]
fn the_origin_secret_is_made_by_aws_and_sent_by_cloudfront_only() {
    let secret = house::yaml("infra/data.yaml")["Resources"]["OriginSecret"]["Properties"].clone();
    let made = &secret["GenerateSecretString"];
    assert_eq!(template::word(&made["GenerateStringKey"]), "current");
    assert!(made["PasswordLength"].as_u64().unwrap() >= 43, "256 bits");
    let api = &properties("Distribution")["DistributionConfig"]["Origins"][1];
    let header = &api["OriginCustomHeaders"][0];
    assert_eq!(template::word(&header["HeaderName"]), "X-Origin-Secret");
    assert_eq!(
        template::word(&header["HeaderValue"]),
        "{{resolve:secretsmanager:portal/${Stage}/origin-secret:SecretString:current}}"
    );
}

/// The front writes the categories of お問い合わせ without asking for them: they and their labels are those of the server.
#[test]
fn the_categories_on_the_screen_are_the_servers() {
    let texts = house::text("web/texts/ja.ts");
    let topics = texts.split("    topics: {").nth(1).unwrap();
    let topics = topics.split("    userKind:").next().unwrap();
    let entries = |text: &str| -> Vec<(String, String)> {
        let lines = text.lines().filter_map(|line| line.trim().split_once(": \""));
        lines
            .map(|(id, label)| (id.replace('"', ""), label.replace("\",", "")))
            .collect()
    };
    let expected: Vec<(String, String)> = CATEGORIES
        .iter()
        .flat_map(|category| {
            let label = ("label".to_owned(), category.label.to_owned());
            let of = |one: &Subcategory| (one.id.to_owned(), one.label.to_owned());
            std::iter::once(label).chain(category.subcategories.iter().map(of))
        })
        .collect();
    assert_eq!(entries(topics), expected);
    let groups: Vec<String> = topics
        .lines()
        .filter_map(|line| Some(line.trim().strip_suffix(": {")?.replace('"', "")))
        .collect();
    let ids: Vec<&str> = CATEGORIES.iter().map(|category| category.id).collect();
    assert_eq!(groups, ids);
    // The samples are marked: all but the pair of the manual.
    let page = house::text("web/build/pages/inquiry.ts");
    assert!(page.contains(&format!("![\"{OTHER}\", \"{ID_REQUEST}\"].includes(id)")));
}
