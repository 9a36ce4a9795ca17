#!/usr/bin/env bash
# Resubmits records that were set aside to their function. README.md («The three queues») says when.
#
#   infra/hand-in.sh STACK FUNCTION             only looks, at ten messages at most
#   infra/hand-in.sh STACK FUNCTION --hand-in   hands in what the queue holds; what went well is deleted from it
#
# STACK is portal-dev, portal-stg or portal-prod; FUNCTION is keep-audit, deliver-mail or mail-events.
# It ends with 1 if anything was left in the queue.
set -euo pipefail
umask 077

usage() {
  sed -n '4,7s/^# *//p' "$0" >&2
  exit 2
}
[ $# -eq 2 ] || [ $# -eq 3 ] || usage
stack=$1 function=$2
case $function in
  keep-audit) key=UnkeptActsUrl; wanted='.event.M.id.S != null' ;; # as the filters of template.yaml
  deliver-mail) key=UnsentMailsUrl; wanted='.queued.BOOL == true' ;;
  mail-events) key=UnreadMailEventsUrl ;;
  *) usage ;;
esac
case ${3-} in
  '') hidden=0 ;;          # only looking must not hide messages from other consumers
  --hand-in) hidden=900 ;; # failed messages reappear after a quarter of an hour
  *) usage ;;
esac

# Two functions read the stream, so a third reader may be throttled.
export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=10

# Mail events contain the recipient, and stream images personal data: all files are removed at the end.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

queue=$(aws cloudformation describe-stacks --stack-name "$stack" \
  --query "Stacks[0].Outputs[?OutputKey=='$key'].OutputValue" --output text)
[ -n "$queue" ] || { echo "$stack has no $key" >&2; exit 1; }

# The records of the batch in `body`, from its first to its last: `events`, ten records each, which the slower
# function can process in time. A page of the stream may be empty, or end in the middle of the batch.
records() {
  batch() { jq -er ".DDBStreamBatchInfo.$1" body; }
  local stream shard first last iterator covered=no
  stream=$(batch streamArn)
  shard=$(batch shardId)
  first=$(batch startSequenceNumber)
  last=$(batch endSequenceNumber)
  iterator=$(aws dynamodbstreams get-shard-iterator --stream-arn "$stream" --shard-id "$shard" \
    --shard-iterator-type AT_SEQUENCE_NUMBER --sequence-number "$first" --query ShardIterator --output text)
  : >records
  while [ $covered = no ] && [ -n "$iterator" ]; do
    aws dynamodbstreams get-records --shard-iterator "$iterator" --output json >page
    # Sequence numbers exceed the precision of JSON numbers.
    jq --arg last "$last" 'def place: sub("^0+"; "") | [length, .];
      {
        covered: any(.Records[]; (.dynamodb.SequenceNumber | place) >= ($last | place)),
        records: [.Records[] | select((.dynamodb.SequenceNumber | place) <= ($last | place))],
        next: (.NextShardIterator // "")
      }' page >read
    jq -c ".records[] | select(.dynamodb.NewImage | $wanted)" read >>records
    iterator=$(jq -r .next read)
    if jq -e .covered read >/dev/null; then covered=yes; fi
  done
  [ $covered = yes ] || { echo "the stream ends before the batch does" >&2; return 1; }
  [ -s records ] || { echo "the stream has nothing of it for $function" >&2; return 1; }
  jq -cs 'range(0; length; 10) as $at | {Records: .[$at:$at + 10]}' records >events
}

# Processes `message`; ends at the first failure.
deal() {
  jq -r .Body message >body
  if [ "$function" = mail-events ]; then
    # The event with which the function failed, or which EventBridge could not deliver.
    jq -c '.requestPayload // .' body >events
    what="one event"
  else
    records
    what="$(jq -s length records) records from $(jq -r .DDBStreamBatchInfo.startSequenceNumber body)"
  fi
  if [ $hidden = 0 ]; then
    echo "would hand in $what"
    return
  fi
  while IFS= read -r event; do
    printf %s "$event" >event
    aws lambda invoke --function-name "$stack-$function:live" --cli-binary-format raw-in-base64-out --cli-read-timeout 90 \
      --payload file://event answer >outcome
    jq -e '.FunctionError == null' outcome >/dev/null && jq -e '(.batchItemFailures? // []) == []' answer >/dev/null ||
      { cat answer >&2; echo >&2; return 1; }
  done <events
  aws sqs delete-message --queue-url "$queue" --receipt-handle "$(jq -r .ReceiptHandle message)"
  echo "handed in $what"
}

done=0 left=0
: >seen
while :; do
  aws sqs receive-message --queue-url "$queue" --max-number-of-messages 10 --visibility-timeout $hidden \
    --wait-time-seconds 5 --output json >messages
  count=$(jq -s '[.[].Messages[]?] | length' messages) # nothing at all is written when there is none
  again=0
  for ((at = 0; at < count; at++)); do
    jq ".Messages[$at]" messages >message
    id=$(jq -r .MessageId message)
    if grep -qxF -e "$id" seen; then again=1; continue; fi
    echo "$id" >>seen
    set +e # in a condition, bash would continue after a failure
    (set -e; deal)
    status=$?
    set -e
    if [ $status = 0 ]; then
      done=$((done + 1))
    else
      echo "left in the queue: $id" >&2
      left=$((left + 1))
    fi
  done
  # A message that appears a second time has failed the first time.
  if [ "$count" = 0 ] || [ $again = 1 ] || [ $hidden = 0 ]; then break; fi
done

if [ $hidden = 0 ]; then
  waiting=$(aws sqs get-queue-attributes --queue-url "$queue" --attribute-names ApproximateNumberOfMessages \
    --query Attributes.ApproximateNumberOfMessages --output text)
  echo "about $waiting messages wait; looked at $((done + left)), $left cannot be handed in; nothing was done"
else
  echo "$done messages handed in, $left left in the queue"
fi
[ $left = 0 ]
