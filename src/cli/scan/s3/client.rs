//! Requests to S3 and the messages for those that fail.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder as HttpClient, Connector};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::service_config::ServiceConfigKey;
use std::error::Error;
use std::time::Duration;

/// Number of attempts for a request; throttled requests are sent again after a pause.
const ATTEMPTS: u32 = 6;
/// Maximum length of the first pause; each pause is twice as long as the one before.
const BACKOFF: Duration = Duration::from_millis(300);
/// Timeout for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Timeout for the start of an answer.
const ANSWER: Duration = Duration::from_secs(60);
/// The error code of S3 for a request in the wrong region.
const ELSEWHERE: [&str; 4] = [
    "PermanentRedirect",
    "TemporaryRedirect",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
];

/// A bucket.
#[derive(Debug)]
pub struct Store {
    client: Client,
    /// Its name.
    pub bucket: String,
}

/// One page of keys.
#[derive(Debug, Default)]
pub struct Page {
    /// Keys of objects.
    pub keys: Vec<String>,
    /// Common prefixes of keys that are not listed one by one.
    pub prefixes: Vec<String>,
    /// Token for the next page.
    pub next: Option<String>,
}

impl Store {
    /// Connects to a bucket in its own region, with the credentials of the environment.
    pub async fn open(bucket: &str, prefix: &str) -> Result<Store, String> {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(https())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(BACKOFF))
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(ANSWER).build())
            .load()
            .await;
        credentials(&config).await?;
        let region = config.region().map_or("us-east-1", Region::as_ref).to_owned();
        let mut store = Store { client: client(&config, region.clone()), bucket: bucket.to_owned() };
        match store.list(prefix, false, None, Some(1)).await {
            Err(error) => match elsewhere(&error) {
                Some(other) if other != region => {
                    store.client = client(&config, other);
                    Ok(store)
                }
                Some(_) | None => Err(store.explain(&error, "s3:ListBucket")),
            },
            Ok(_) => Ok(store),
        }
    }

    async fn list(
        &self,
        prefix: &str,
        folded: bool,
        from: Option<String>,
        most: Option<i32>,
    ) -> Result<Page, SdkError<impl ProvideErrorMetadata + Error + 'static, HttpResponse>> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let request = request.set_delimiter(folded.then(|| "/".to_owned())).set_max_keys(most);
        let answer = request.set_continuation_token(from).send().await?;
        Ok(Page {
            keys: answer.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect(),
            prefixes: answer
                .common_prefixes
                .unwrap_or_default()
                .into_iter()
                .filter_map(|one| one.prefix)
                .collect(),
            next: answer.next_continuation_token,
        })
    }

    /// A page of keys with this prefix; `folded` groups them up to the next slash.
    pub async fn page(
        &self,
        prefix: &str,
        folded: bool,
        from: Option<String>,
        most: Option<i32>,
    ) -> Result<Page, String> {
        let listed = self.list(prefix, folded, from, most).await;
        listed.map_err(|error| self.explain(&error, "s3:ListBucket"))
    }

    /// An object from this byte on. The tag of the first part makes later parts come from the same version.
    pub async fn get(&self, key: &str, from: u64, tag: &mut Option<String>) -> Result<ByteStream, String> {
        let mut request = self.client.get_object().bucket(&self.bucket).key(key);
        if from > 0 {
            request = request.range(format!("bytes={from}-")).set_if_match(tag.clone());
        }
        let answer = request.send().await.map_err(|error| self.explain(&error, "s3:GetObject"))?;
        *tag = answer.e_tag;
        Ok(answer.body)
    }

    fn explain<E>(&self, error: &SdkError<E, HttpResponse>, action: &str) -> String
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(region) = elsewhere(error) {
            return format!("the bucket is in another region, {region}; set `AWS_REGION` to it");
        }
        match error {
            SdkError::TimeoutError(_) => "S3 does not answer in time".to_owned(),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                "S3 does not answer in time".to_owned()
            }
            SdkError::DispatchFailure(_) => format!("S3 cannot be reached: {}", deepest(error)),
            SdkError::ServiceError(failed) => {
                let code = failed.err().code().unwrap_or_default();
                let status = failed.raw().status().as_u16();
                match (code, status) {
                    ("NoSuchBucket", _) => format!("there is no bucket `{}`", self.bucket),
                    ("NoSuchKey", _) => "the object is not there any more".to_owned(),
                    ("PreconditionFailed", _) => "the object was changed while it was read".to_owned(),
                    ("AccessDenied", _) => format!("access is denied; `{action}` is needed"),
                    ("SlowDown" | "Throttling" | "ThrottlingException", _) | (_, 503) => {
                        format!("S3 asks to slow down, after {ATTEMPTS} attempts")
                    }
                    ("", _) => format!("S3 answers with status {status}"),
                    _ if ELSEWHERE.contains(&code) => {
                        "the bucket is in another region; set `AWS_REGION` to it".to_owned()
                    }
                    _ => match failed.err().message() {
                        Some(message) => format!("S3 says {code}: {message}"),
                        None => format!("S3 says {code}"),
                    },
                }
            }
            _ => deepest(error),
        }
    }
}

/// An HTTP client that uses the proxies of the environment.
fn https() -> SharedHttpClient {
    HttpClient::new().build_with_connector_fn(|settings, components| {
        let mut builder = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .proxy_config(ProxyConfig::from_env());
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        builder.build()
    })
}

/// Loads credentials first, so that missing ones get a message of their own.
async fn credentials(config: &SdkConfig) -> Result<(), String> {
    let missing = |reason: String| {
        format!(
            "there are no AWS credentials ({reason}); looked for in the environment, profiles, web identity, containers and \
             the instance"
        )
    };
    let provider = config.credentials_provider().ok_or_else(|| missing("no provider".to_owned()))?;
    provider.provide_credentials().await.map(drop).map_err(|error| missing(deepest(&error)))
}

fn client(config: &SdkConfig, region: String) -> Client {
    let key =
        ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let own = config.service_config().zip(key.ok()).and_then(|(config, key)| config.load_config(key));
    let builder = aws_sdk_s3::config::Builder::from(config).region(Region::new(region));
    // Other stores have no host names for buckets.
    Client::from_conf(builder.force_path_style(own.is_some() || config.endpoint_url().is_some()).build())
}

/// The region of a bucket, if S3 answers that it is in another one.
fn elsewhere<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let SdkError::ServiceError(failed) = error else { return None };
    failed.err().code().filter(|code| ELSEWHERE.contains(code))?;
    if let Some(region) = failed.raw().headers().get("x-amz-bucket-region") {
        return Some(region.to_owned());
    }
    let body = std::str::from_utf8(failed.raw().body().bytes()?).ok()?;
    let region = body.split_once("<Region>")?.1.split_once("</Region>")?.0;
    Some(region.to_owned())
}

/// The innermost cause.
pub fn deepest(error: &(dyn Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
