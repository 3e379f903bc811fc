//! CloudTrail records as AWS writes them, about 900 bytes each, always the same for a seed.

/// Small and good enough: xorshift.
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    /// One of these.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }
}

/// Service, event name, read-only, request parameters.
const CALLS: [(&str, &str, bool, &str); 24] = [
    (
        "ec2",
        "DescribeInstances",
        true,
        r#"{"instancesSet":{},"filterSet":{"items":[{"name":"tag:Name","valueSet":{"items":[{"value":"web"}]}}]}}"#,
    ),
    (
        "ec2",
        "DescribeSecurityGroups",
        true,
        r#"{"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"sg-0a1b2c3d"}]},"filterSet":{}}"#,
    ),
    (
        "ec2",
        "RunInstances",
        false,
        r#"{"instancesSet":{"items":[{"imageId":"ami-0abcdef1234567890","minCount":1,"maxCount":1,"keyName":"ops"}]},"instanceType":"t3.micro","monitoring":{"enabled":false}}"#,
    ),
    (
        "ec2",
        "AuthorizeSecurityGroupIngress",
        false,
        r#"{"groupId":"sg-0a1b2c3d","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}}"#,
    ),
    (
        "sts",
        "AssumeRole",
        true,
        r#"{"roleArn":"arn:aws:iam::111122223333:role/Deployer","roleSessionName":"deploy-4711","durationSeconds":3600}"#,
    ),
    ("sts", "GetCallerIdentity", true, "null"),
    (
        "s3",
        "GetBucketAcl",
        true,
        r#"{"bucketName":"example-logs","Host":"example-logs.s3.us-east-1.amazonaws.com","acl":""}"#,
    ),
    (
        "s3",
        "PutBucketPolicy",
        false,
        r#"{"bucketName":"example-logs","bucketPolicy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]},"policy":""}"#,
    ),
    (
        "s3",
        "GetObject",
        true,
        r#"{"bucketName":"example-data","Host":"example-data.s3.amazonaws.com","key":"reports/2026/03/part-0001.parquet"}"#,
    ),
    (
        "s3",
        "PutObject",
        false,
        r#"{"bucketName":"example-data","Host":"example-data.s3.amazonaws.com","key":"uploads/image 1.png","x-amz-acl":"private"}"#,
    ),
    ("iam", "ListRoles", true, r#"{"maxItems":100}"#),
    ("iam", "GetUser", true, r#"{"userName":"maria"}"#),
    ("iam", "CreateAccessKey", false, r#"{"userName":"maria"}"#),
    (
        "iam",
        "AttachRolePolicy",
        false,
        r#"{"roleName":"Deployer","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#,
    ),
    (
        "kms",
        "Decrypt",
        true,
        r#"{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::example-data"}}"#,
    ),
    (
        "kms",
        "GenerateDataKey",
        true,
        r#"{"keyId":"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab","keySpec":"AES_256"}"#,
    ),
    ("lambda", "GetFunction20150331v2", true, r#"{"functionName":"resize-images"}"#),
    (
        "lambda",
        "UpdateFunctionCode20150331v2",
        false,
        r#"{"functionName":"resize-images","s3Bucket":"example-code","publish":true,"dryRun":false}"#,
    ),
    ("logs", "DescribeLogGroups", true, r#"{"logGroupNamePrefix":"/aws/lambda/","limit":50}"#),
    (
        "cloudtrail",
        "StopLogging",
        false,
        r#"{"name":"arn:aws:cloudtrail:us-east-1:111122223333:trail/main"}"#,
    ),
    (
        "cloudtrail",
        "LookupEvents",
        true,
        r#"{"maxResults":50,"lookupAttributes":[{"attributeKey":"EventName","attributeValue":"ConsoleLogin"}]}"#,
    ),
    ("signin", "ConsoleLogin", false, "null"),
    ("dynamodb", "DescribeTable", true, r#"{"tableName":"sessions"}"#),
    (
        "ecr",
        "BatchGetImage",
        true,
        r#"{"registryId":"111122223333","repositoryName":"web","imageIds":[{"imageTag":"latest"}]}"#,
    ),
];
const AGENTS: [&str; 4] = [
    "aws-cli/2.15.30 Python/3.11.8 Linux/6.1.0 exe/x86_64 prompt/off command/ec2.describe-instances",
    "Boto3/1.34.69 md/Botocore#1.34.69 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.8",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0 Safari/537.36",
    "APN/1.0 HashiCorp/1.0 Terraform/1.7.4 (+https://www.terraform.io) aws-sdk-go-v2/1.25.3",
];
const REGIONS: [&str; 4] = ["us-east-1", "us-east-1", "eu-west-1", "ap-southeast-2"];
const USERS: [&str; 5] = ["maria", "deploy-bot", "jan.smit@example.com", "ci", "terraform"];

/// So many records.
pub fn records(count: usize, seed: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    (0..count).map(|at| record(at, &mut random)).collect()
}

/// A log file of these records.
#[allow(dead_code)]
pub fn log(records: &[String]) -> String {
    format!("{{\"Records\":[{}]}}", records.join(","))
}

/// One record.
pub fn record(at: usize, random: &mut Random) -> String {
    let (service, name, read_only, request) = CALLS[random.below(CALLS.len())];
    let identity = identity(random);
    let time = format!(
        "2026-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        1 + random.below(12),
        1 + random.below(28),
        random.below(24),
        random.below(60),
        random.below(60)
    );
    let (region, agent) = (random.pick(&REGIONS), random.pick(&AGENTS));
    let ip = format!("203.0.113.{}", random.below(256));
    let error = match random.below(10) {
        0 => {
            r#""errorCode":"AccessDenied","errorMessage":"User is not authorized to perform this operation","#
        }
        _ => "",
    };
    let response = if read_only {
        "null".to_owned()
    } else {
        format!("{{\"requestId\":\"{}\",\"_return\":true}}", id(random))
    };
    let (request_id, event_id) = (id(random), id(random));
    let extra = match service {
        "s3" => format!(
            r#""additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":{},"bytesTransferredOut":{}}},"#,
            random.below(1000),
            random.below(100_000)
        ),
        "signin" => r#""additionalEventData":{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"No"},"#.to_owned(),
        _ => String::new(),
    };
    let tls = match random.percent(50) {
        true => format!(
            r#","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{service}.{region}.amazonaws.com"}}"#
        ),
        false => String::new(),
    };
    let _ = at;
    format!(
        r#"{{"eventVersion":"1.09","userIdentity":{identity},"eventTime":"{time}","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"{ip}","userAgent":"{agent}",{error}"requestParameters":{request},"responseElements":{response},{extra}"requestID":"{request_id}","eventID":"{event_id}","readOnly":{read_only},"eventType":"AwsApiCall","managementEvent":{},"recipientAccountId":"111122223333","eventCategory":"Management"{tls}}}"#,
        service != "s3",
    )
}

fn identity(random: &mut Random) -> String {
    let user = random.pick(&USERS);
    match random.below(10) {
        0 => r#"{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":""}"#.to_owned(),
        1 => r#"{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}"#.to_owned(),
        2..=4 => format!(
            r#"{{"type":"IAMUser","principalId":"AIDAEXAMPLEID{:04}","arn":"arn:aws:iam::111122223333:user/{user}","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE{:04}","userName":"{user}"}}"#,
            random.below(10_000),
            random.below(10_000)
        ),
        _ => format!(
            r#"{{"type":"AssumedRole","principalId":"AROAEXAMPLEID:{user}","arn":"arn:aws:sts::111122223333:assumed-role/Deployer/{user}","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE{:04}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLEID","arn":"arn:aws:iam::111122223333:role/Deployer","accountId":"111122223333","userName":"Deployer"}},"attributes":{{"creationDate":"2026-03-01T00:00:00Z","mfaAuthenticated":"false"}}}}}}"#,
            random.below(10_000)
        ),
    }
}

fn id(random: &mut Random) -> String {
    let mut part =
        |len: usize| (0..len).map(|_| char::from(b"0123456789abcdef"[random.below(16)])).collect::<String>();
    format!("{}-{}-{}-{}-{}", part(8), part(4), part(4), part(4), part(12))
}
