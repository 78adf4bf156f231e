// What compiled Rego may ask of its host. OPA's compiler leaves to the host what it has no WebAssembly for, and which
// builtins these are differs between its versions: so all that OPA has are listed whose answer is made of their
// arguments alone, and nothing else. A test holds both lists to OPA's program.

/** Every builtin that a policy may ask its host for. */
export const hostBuiltins: ReadonlySet<string> = new Set(
  `
  abs all and any cast_array cast_boolean cast_null cast_object cast_set cast_string ceil concat contains count div
  endswith equal floor format_int gt gte indexof indexof_n intersection is_array is_boolean is_null is_number
  is_object is_set is_string lower lt lte max min minus mul neq or plus product re_match rem replace round set_diff
  sort split sprintf startswith substring sum to_number trim trim_left trim_prefix trim_right trim_space trim_suffix
  type_name union upper walk array.concat array.flatten array.reverse array.slice
  base64.decode base64.encode base64.is_valid base64url.decode base64url.encode base64url.encode_no_pad
  bits.and bits.lsh bits.negate bits.or bits.rsh bits.xor
  crypto.hmac.equal crypto.hmac.md5 crypto.hmac.sha1 crypto.hmac.sha256 crypto.hmac.sha512 crypto.md5
  crypto.parse_private_keys crypto.sha1 crypto.sha256 crypto.x509.parse_and_verify_certificates_with_options
  crypto.x509.parse_certificate_request crypto.x509.parse_certificates crypto.x509.parse_keypair
  crypto.x509.parse_rsa_private_key glob.match glob.quote_meta graph.reachable graph.reachable_paths
  graphql.is_valid graphql.parse graphql.parse_and_verify graphql.parse_query graphql.parse_schema
  graphql.schema_is_valid hex.decode hex.encode
  internal.member_2 internal.member_3 internal.template_string internal.test_case
  io.jwt.decode io.jwt.decode_verify io.jwt.verify_eddsa io.jwt.verify_es256 io.jwt.verify_es384 io.jwt.verify_es512
  io.jwt.verify_hs256 io.jwt.verify_hs384 io.jwt.verify_hs512 io.jwt.verify_ps256 io.jwt.verify_ps384
  io.jwt.verify_ps512 io.jwt.verify_rs256 io.jwt.verify_rs384 io.jwt.verify_rs512
  json.filter json.is_valid json.marshal json.marshal_with_options json.match_schema json.patch json.remove
  json.unmarshal json.verify_schema
  net.cidr_contains net.cidr_contains_matches net.cidr_expand net.cidr_intersects net.cidr_is_valid net.cidr_merge
  net.cidr_overlap numbers.range numbers.range_step
  object.filter object.get object.keys object.remove object.subset object.union object.union_n providers.aws.sign_req
  regex.find_all_string_submatch_n regex.find_n regex.globs_match regex.is_valid regex.match regex.replace regex.split
  regex.template_match rego.metadata.chain rego.metadata.rule rego.parse_module semver.compare semver.is_valid
  strings.any_prefix_match strings.any_suffix_match strings.count strings.render_template strings.replace_n
  strings.reverse strings.split_n
  time.add_date time.clock time.date time.diff time.format time.parse_duration_ns time.parse_ns time.parse_rfc3339_ns
  time.weekday units.parse units.parse_bytes uri.is_valid uri.parse
  urlquery.decode urlquery.decode_object urlquery.encode urlquery.encode_object uuid.parse
  yaml.is_valid yaml.marshal yaml.unmarshal
  `
    .trim()
    .split(/\s+/),
);

/** Builtins that OPA has and that no policy may ask for, with the reason. */
export const refusedBuiltins: { readonly [name: string]: string } = {
  "crypto.x509.parse_and_verify_certificates": "its answer depends on when it is asked",
  "http.send": "it reaches the network",
  "io.jwt.encode_sign": "signatures are random, and a policy is no place for a private key",
  "io.jwt.encode_sign_raw": "signatures are random, and a policy is no place for a private key",
  "net.lookup_ip_addr": "it reaches the network",
  "opa.runtime": "its answer depends on the machine",
  print: "what it writes is seen nowhere outside tests",
  "rand.intn": "its answer is random",
  "time.now_ns": "its answer depends on when it is asked",
  trace: "it changes nothing and is seen nowhere",
  "uuid.rfc4122": "its answer is random",
};
