#!/bin/sh
# Makes the seed corpora under seeds/ from the samples of tests/data and, when RULEC_CORPUS names a folder
# of rules files, from those.
set -eu
cd "$(dirname "$0")"
rm -rf seeds
mkdir -p seeds/items seeds/yaml seeds/condition seeds/output seeds/config seeds/log seeds/format
cp ../data/config/*.toml seeds/config/
record='{"eventVersion":"1.09","userIdentity":{"type":"Root","arn":"a:b"},"eventTime":"2026-03-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"x","requestParameters":{"bucketName":"b","key":"k"},"additionalEventData":{"bytesTransferredIn":1},"resources":[{"ARN":"y"}],"eventType":"AwsApiCall"}'
printf '{"Records":[%s,%s]}' "$record" "$record" > seeds/log/s3.json
printf '%s\n%s\n' "$record" "$record" > seeds/log/lines.json
printf '[%s]' "$record" > seeds/log/array.json
cp ../data/rules/*.yaml seeds/items/
cp ../data/rules/*.yaml seeds/yaml/
awk '{ printf "%s", $0 > ("seeds/condition/" NR ".txt"); close("seeds/condition/" NR ".txt") }' ../data/conditions.txt
awk '{ printf "%s", $0 > ("seeds/output/" NR ".txt"); close("seeds/output/" NR ".txt") }' ../data/outputs.txt
# One file per top-level item: small seeds mutate better than big ones.
split_items() {
    awk -v to="$2" '/^- / || NR == 1 { close(out); out = to "-" ++n ".yaml" } { print > out }' "$1"
}
for file in ../data/rules/*.yaml; do
    split_items "$file" "seeds/items/$(basename "$file" .yaml)"
    split_items "$file" "seeds/yaml/$(basename "$file" .yaml)"
done
if [ -n "${RULEC_CORPUS:-}" ]; then
    find "$RULEC_CORPUS" -name '*.yaml' | sort | while read -r file; do
        split_items "$file" "seeds/items/corpus-$(basename "$file" .yaml)"
        split_items "$file" "seeds/yaml/corpus-$(basename "$file" .yaml)"
    done
fi
cat ../data/rules/clean.yaml > seeds/items/two.yaml
printf '\n%%%%%%%%\n' >> seeds/items/two.yaml
cat ../data/rules/comments.yaml >> seeds/items/two.yaml
# Each with another first character, which chooses the options.
for file in seeds/items/*.yaml; do
    n=$((${n:-0} + 1))
    { printf '%s' "$((n % 10))"; cat "$file"; } > "seeds/format/$(basename "$file")"
done
