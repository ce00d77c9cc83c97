const sdk =
  /^(@azure|@azure-rest|@typespec|@aws-sdk|@aws|@smithy|@google-cloud|@grpc)\/|^(google-gax|google-auth-library|protobufjs)$/;

/** Of these packages, those of the clouds' SDKs; more than a few of one scope are counted. */
export function sdkPackages(packages: readonly string[]): readonly string[] {
  const found = packages.filter((name) => sdk.test(name));
  return [...Map.groupBy(found, (name) => name.split("/")[0] ?? name)].flatMap(([scope, names]) =>
    names.length > 3 ? [`${names.length} of ${scope}`] : names,
  );
}
