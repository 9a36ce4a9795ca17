//! CloudFront: added headers, caching, and forwarded requests.

use std::collections::BTreeMap;

use serde_norway::Value as Yaml;

use crate::{house, template};

fn properties(name: &str) -> Yaml {
    house::yaml("infra/web.yaml")["Resources"][name]["Properties"].clone()
}

/// The headers that the policy adds to each answer.
fn added() -> BTreeMap<String, String> {
    let policy = properties("SiteHeaders")["ResponseHeadersPolicyConfig"].clone();
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
    assert_eq!(added(), all);
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
