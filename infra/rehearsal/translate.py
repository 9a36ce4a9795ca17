"""The SAM template as the CloudFormation that SAM makes of it: translate.py IN OUT NAME=VALUE ...

Run by the Python that SAM is installed for. The routes of an HTTP API are in its `Body` only, which the stand-in for AWS
does not read, and the logical ids of versions are not in the template that is deployed.
"""

import json
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "ap-northeast-1")

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

source, target, *settings = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    template = json.loads(json.dumps(yaml_parse(file.read()), default=str))
for name, resource in template["Resources"].items():
    if resource["Type"] == "AWS::Serverless::Function":
        resource["Properties"]["CodeUri"] = f"s3://bucket/{name}"
session = boto3.Session(region_name="ap-northeast-1", aws_access_key_id="test", aws_secret_access_key="test")
translated = Translator({}, Parser(), boto_session=session).translate(
    template, dict(setting.split("=", 1) for setting in settings)
)
with open(target, "w", encoding="utf-8") as file:
    json.dump(translated, file, indent=1, ensure_ascii=False)
