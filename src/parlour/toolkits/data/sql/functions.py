"""The functions that a query may call: those known to read nothing but the data.

What the parser has a type for are functions of the SQL standard and their like; only a few of them reach further. Of
all others only those that stand here may be called, so that one that nobody thought of is refused.
"""

from parlour.toolkits.data.sql.settings import Dialect

FAR_REACHING = frozenset(
    {
        "AIAgg", "AIClassify", "AIEmbed", "AIForecast", "AIGenerate", "AISimilarity", "AISummarizeAgg",
        "DynamicIdentifier", "FeaturesAtTime", "GenerateEmbedding", "MLForecast", "MLTranslate", "NextValueFor",
        "NetFunc", "OpenJSON", "Predict", "ReadCSV", "ReadParquet", "Secret", "ToFile", "VectorSearch",
    }
)  # fmt: skip
"""Types of the parser for functions that read files, ask others or change something."""

_POSTGRESQL = """
    abs age array_agg array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position
    array_positions array_prepend array_remove array_replace array_to_json array_to_string array_upper ascii bit_and
    bit_count bit_length bit_or bit_xor bool_and bool_or btrim cardinality cbrt ceil ceiling char_length
    character_length chr clock_timestamp concat concat_ws corr count covar_pop covar_samp cume_dist current_catalog
    current_database current_date current_schema current_schemas current_user date_bin date_part date_trunc decode
    degrees dense_rank div encode enum_first enum_last enum_range erf every exp extract factorial first_value floor
    format format_type gcd generate_series generate_subscripts get_bit get_byte greatest grouping host hostmask initcap
    isfinite isempty json_agg json_array json_array_elements json_array_elements_text json_array_length json_build_array
    json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object json_object_agg
    json_object_keys json_populate_record json_populate_recordset json_strip_nulls json_to_record json_to_recordset
    json_typeof jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
    jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object
    jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array
    jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof
    justify_days justify_hours justify_interval lag last_value lcm lead least left length ln log log10 lower lower_inf
    lpad ltrim make_date make_interval make_time make_timestamp make_timestamptz masklen max md5 min min_scale mod mode
    netmask network now nth_value ntile num_nonnulls num_nulls numrange obj_description octet_length overlay
    parse_ident percent_rank percentile_cont percentile_disc pg_column_size pg_get_constraintdef pg_get_expr
    pg_get_indexdef pg_get_viewdef pg_relation_size pg_size_pretty pg_table_size pg_total_relation_size pg_typeof
    phraseto_tsquery pi plainto_tsquery position power quote_ident quote_literal quote_nullable radians random
    range_agg rank regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace
    regexp_split_to_array regexp_split_to_table regexp_substr regr_avgx regr_avgy regr_count regr_intercept regr_r2
    regr_slope regr_sxx regr_sxy regr_syy repeat replace reverse right round row row_number row_to_json rpad rtrim scale
    session_user
    setweight sha224 sha256 sha384 sha512 sign similarity split_part sqrt starts_with statement_timestamp stddev
    stddev_pop stddev_samp string_agg string_to_array string_to_table strip strpos substr substring sum timeofday
    to_ascii to_char to_date to_hex to_json to_jsonb to_number to_regclass to_timestamp to_tsquery to_tsvector
    transaction_timestamp translate trim trim_array trim_scale trunc ts_headline ts_rank ts_rank_cd tsvector_to_array
    unaccent unnest upper upper_inf var_pop var_samp variance version websearch_to_tsquery width_bucket word_similarity
"""

_MYSQL = """
    abs acos adddate addtime ascii asin atan atan2 avg bin bit_and bit_count bit_length bit_or bit_xor cast ceil ceiling
    char char_length character_length charset coalesce collation concat concat_ws conv convert convert_tz cos cot count
    crc32 curdate current_date current_time current_timestamp current_user curtime database date date_add date_format
    date_sub datediff day dayname dayofmonth dayofweek dayofyear degrees elt exp export_set field find_in_set floor
    format found_rows from_base64 from_days from_unixtime get_format greatest group_concat hex hour if ifnull inet6_aton
    inet6_ntoa inet_aton inet_ntoa insert instr interval is_ipv4 is_ipv6 is_uuid isnull json_array json_array_append
    json_array_insert json_arrayagg json_contains json_contains_path json_depth json_exists json_extract json_insert
    json_keys json_length json_merge_patch json_merge_preserve json_object json_objectagg json_overlaps json_pretty
    json_query json_quote json_remove json_replace json_search json_set json_storage_size json_table json_type
    json_unquote json_valid json_value last_day lcase least left length ln locate log log10 log2 lower lpad ltrim
    make_set makedate maketime max md5 median microsecond mid min minute mod month monthname now nullif oct octet_length
    ord period_add period_diff pi position pow power quarter quote radians rand regexp_instr regexp_like regexp_replace
    regexp_substr repeat replace reverse right round row_count row_number rpad rtrim schema sec_to_time second
    session_user sha sha1 sha2 sign sin soundex space sqrt std stddev stddev_pop stddev_samp str_to_date strcmp subdate
    substr substring substring_index subtime sum sysdate system_user tan time time_format time_to_sec timediff timestamp
    timestampadd timestampdiff to_base64 to_char to_days to_seconds trim truncate ucase unhex unix_timestamp upper user
    utc_date utc_time utc_timestamp uuid uuid_short values var_pop var_samp variance version week weekday weekofyear
    weight_string year yearweek
"""

_SQLITE = """
    abs acos acosh asin asinh atan atan2 atanh avg bm25 ceil ceiling changes char coalesce concat concat_ws cos cosh
    count cume_dist date datetime degrees dense_rank exp first_value floor format glob group_concat hex highlight ifnull
    iif instr json json_array json_array_length json_each json_error_position json_extract json_group_array
    json_group_object json_insert json_object json_patch json_pretty json_quote json_remove json_replace json_set
    json_tree json_type json_valid jsonb jsonb_array jsonb_each jsonb_extract jsonb_group_array jsonb_group_object
    jsonb_insert jsonb_object jsonb_patch jsonb_remove jsonb_replace jsonb_set jsonb_tree julianday lag last_value lead
    length like likelihood likely ln log log10 log2 lower ltrim match max min mod nth_value ntile nullif octet_length
    percent_rank pi pow power printf quote radians random randomblob rank replace round row_number rtrim sign sin sinh
    snippet soundex sqlite_version sqrt strftime string_agg substr substring subtype sum tan tanh time timediff total
    trim trunc typeof unhex unicode unixepoch unlikely upper zeroblob
"""

HARMLESS: dict[Dialect, frozenset[str]] = {
    "postgresql": frozenset(_POSTGRESQL.split()),
    "mysql": frozenset(_MYSQL.split()),
    "sqlite": frozenset(_SQLITE.split()),
}
"""By dialect, in lower case."""

PRIVATE: dict[Dialect, frozenset[str]] = {
    "postgresql": frozenset(
        {
            "pg_authid", "pg_shadow", "pg_user", "pg_roles", "pg_db_role_setting", "pg_settings",
            "pg_user_mapping", "pg_user_mappings", "_pg_user_mappings", "user_mapping_options",
            "pg_foreign_server", "_pg_foreign_servers", "foreign_server_options",
            "pg_largeobject", "pg_subscription", "pg_hba_file_rules", "pg_ident_file_mappings", "pg_file_settings",
            "pg_stat_activity", "pg_stat_statements",
        }
    ),
    "mysql": frozenset(
        {
            "mysql", "performance_schema", "sys", "information_schema.processlist", "information_schema.innodb_trx",
        }
    ),
    "sqlite": frozenset({"sqlite_dbpage"}),
}  # fmt: skip
"""Tables, and for MySQL schemas, that hold passwords, settings that may have some, statements of others and the like,
whatever the role may read."""

SECRET_SETTINGS = frozenset(
    {
        "all", "primary_conninfo", "archive_command", "archive_cleanup_command", "restore_command",
        "recovery_end_command", "ssl_passphrase_command",
    }
)  # fmt: skip
"""Of PostgreSQL, that may have passwords in them. Those with a dot in their name are the applications' own."""
