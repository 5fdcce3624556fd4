/** Built-in aggregates of PostgreSQL; a schema lookup can name more. */
const aggregates: ReadonlySet<string> = new Set(
  `any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist every
   grouping json_agg json_agg_strict json_arrayagg json_object_agg json_object_agg_strict json_object_agg_unique
   json_object_agg_unique_strict json_objectagg jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict
   jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode percentile_cont percentile_disc range_agg
   range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev
   stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg
   approx_count_distinct approx_distinct approx_percentile approx_quantiles arg_max arg_min array_concat_agg array_unique_agg
   bitand_agg bitor_agg bitxor_agg boolor_agg booland_agg collect_list collect_set count_big count_if countif group_concat hll
   kurtosis list list_agg listagg logical_and logical_or map_agg max_by median min_by object_agg percentile quantile skewness
   stdev stdevp sum_if sumif var varp wm_concat`.split(/\s+/),
);

/** Whether a function of this name aggregates, as far as its name tells. */
export function isBuiltInAggregate(name: string): boolean {
  return aggregates.has(name);
}

const masking: ReadonlySet<string> = new Set(
  `md5 sha sha1 sha2 sha224 sha256 sha384 sha512 digest hmac crypt hashtext hashtextextended count pgp_sym_encrypt
   pgp_sym_encrypt_bytea pgp_pub_encrypt pgp_pub_encrypt_bytea encrypt encrypt_iv aes_encrypt
   md5_hex md5_digest md5_number_lower64 md5_number_upper64 sha1_hex sha1_digest sha1_binary sha2_hex sha2_digest sha2_binary to_hash hash hashbytes
   standard_hash ora_hash farm_fingerprint xxhash64 murmur_hash checksum binary_checksum count_if approx_distinct approx_count_distinct`.split(
    /\s+/,
  ),
);

/**
 * Whether the function's result does not show its operands: hashes, encryption, counts.
 * @see https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet — `masking`
 */
export function isMaskingFunction(name: string): boolean {
  return masking.has(name);
}

/** Columns of table functions whose result is known; `*` stands for one column named after the alias or function. */
const tableFunctions: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    generate_series: ["*"],
    generate_subscripts: ["*"],
    regexp_split_to_table: ["*"],
    regexp_matches: ["*"],
    string_to_table: ["*"],
    json_object_keys: ["*"],
    jsonb_object_keys: ["*"],
    jsonb_path_query: ["*"],
    json_array_elements: ["value"],
    jsonb_array_elements: ["value"],
    json_array_elements_text: ["value"],
    jsonb_array_elements_text: ["value"],
    json_each: ["key", "value"],
    jsonb_each: ["key", "value"],
    json_each_text: ["key", "value"],
    jsonb_each_text: ["key", "value"],
    pg_get_keywords: ["word", "catcode", "barelabel", "catdesc", "baredesc"],
    ts_stat: ["word", "ndoc", "nentry"],
  }),
);

/** Output columns of a table function, `undefined` where they are not known. @see tableFunctions */
export function tableFunctionColumns(name: string): readonly string[] | undefined {
  return tableFunctions.get(name);
}
