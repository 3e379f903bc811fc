//! Any bytes as a log: the same records however it is read, and the same rules fire whichever way they are run.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rulec::internals::analysis::{Inputs, Options, compile_rules};
use rulec::internals::eval::log::Batches;
use rulec::internals::eval::{Engine, Matching, holds};
use rulec::internals::source::{SourceFile, SourceMap};
use std::io::Read;
use std::sync::LazyLock;

const CONDITIONS: [&str; 8] = [
    "ct.name = GetObject and s3.bucket = b or s3.uri endswith k",
    "ct.user.identitytype = Root and not ct.error exists",
    "ct.resources contains y or ct.info icontains getobject",
    "s3.bytes > 0 or s3.cnt.get = 1",
    "json.value[/resources/0/ARN] = y",
    "json.obj contains eventVersion",
    "ct.request contains key and len(ct.name) > 2",
    "toupper(ct.shortsrc) in (S3, EC2) or ct.useragent regex \"^a+b\"",
];

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let rule = |(at, condition): (usize, &&str)| {
        format!("- rule: r{at}\n  desc: d\n  source: aws_cloudtrail\n  priority: INFO\n  condition: >\n    {condition}\n  output: '%evt.num %ct.name %ct.user %ct.info %json.obj %evt.plugininfo %ec2.imageids %evt.reltime'\n")
    };
    let text: String = CONDITIONS.iter().enumerate().map(rule).collect();
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules.yaml", text));
    let rules = compile_rules(Inputs { sources, options: Options::default() }).rules;
    assert_eq!(rules.len(), CONDITIONS.len());
    Engine::new(rules)
});

struct Steps<'t>(&'t [u8], usize);

impl Read for Steps<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(self.0.len()).min(buffer.len());
        buffer[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&step, log)) = data.split_first() else { return };
    let engine = &*ENGINE;
    let mut whole = Vec::new();
    for batch in Batches::new(log, false) {
        for (num, range) in &batch.records {
            let record = &batch.text[range.clone()];
            whole.push((*num, batch.place(*num, range, 0), record.to_vec()));
            let Ok(event) = engine.event(record, *num) else { continue };
            let fired = engine.matches(&event, Matching::All);
            for (at, rule) in engine.rules().iter().enumerate() {
                assert_eq!(fired.contains(&at), holds(&rule.condition, &event));
                engine.alert(at, &event);
            }
            engine.who(&event);
        }
    }
    // Lines are told by the first bytes, so only logs that are no lines may be read in steps.
    if log.starts_with(b"[") {
        let mut steps = Vec::new();
        for batch in Batches::new(Steps(log, usize::from(step) + 1), true) {
            steps.extend(batch.records.iter().map(|(num, range)| {
                (*num, batch.place(*num, range, 0), batch.text[range.clone()].to_vec())
            }));
        }
        assert_eq!(whole, steps);
    }
});
