"""Pairs of KeyTable and SigningTable, each about one rule or trap of OpenDKIM's, and the authors asked of each.

{k} is a directory with good keys (example.com.pem, other.pem, a:b.pem ...), {inline} a key as base64 of its DER.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: Asked of every pair of tables.
AUTHORS = ["u@example.com", "U@EXAMPLE.COM", "Some Body <u@Example.Com>", "bob@example.com", "u@a.example.com",
           "u@a.b.example.com", "bob@a.b.example.com", "u@notexample.com", "u@example.org", "alice@example.net",
           "u@com", '"a b"@example.com', "u+x@example.com", "u@example.com, v@example.org", "u.v@example.com",
           "uxv@example.com", "u@xexample.com", "u@sub.example.org"]


@dataclass(frozen=True)
class Case:
    """`differs`: author to (OpenDKIM's answer, ours), each with a reason in `why`; anything else must be equal."""

    name: str
    keys: str
    signing: str
    signing_type: str = "file"
    keys_type: str = "file"
    multiple: bool = False
    more: tuple[str, ...] = ()
    differs: dict[str, tuple[str, str]] = field(default_factory=dict)
    why: str = ""
    warns: tuple[str, ...] = ()  #: parts of what loading must say
    crashes: tuple[str, ...] = ()  #: authors that make opendkim crash; for us their mail waits
    refused: bool = False  #: opendkim does not start with these tables
    #: opendkim keeps only the first and the last of three signatures or more; we make all
    loses_middle: bool = False


K = "k1 example.com:s1:{k}/example.com.pem\n"
KK = K + "k2 example.com:s2:{k}/other.pem\nk3 example.org:s3:{k}/other.pem\n"

CASES = [
    # --- SigningTable in a plain file: order of lookups
    Case("plain_user_at_host", KK, "u@example.com k1\n"),
    Case("plain_host", KK, "example.com k1\n"),
    Case("plain_user_wins_over_host", KK, "example.com k1\nu@example.com k2\n"),
    Case("plain_host_in_capitals", K, "EXAMPLE.com k1\n"),
    Case("plain_dot_domain_is_not_the_domain_itself", K, ".example.com k1\n"),
    Case("plain_user_at_dot_domain", KK, ".example.com k1\nu@.example.com k2\n"),
    Case("plain_top_level", K, ".com k1\n"),
    Case("plain_nearest_parent_first", KK, ".com k2\n.example.com k1\n.b.example.com k3\n"),
    Case("plain_user_at_star", KK, "u@* k1\n* k2\n"),
    Case("plain_star", K, "* k1\n"),
    Case("plain_all_levels", KK, "* k3\nu@* k2\n.example.com k1\nexample.com k2\nbob@example.com k3\n"),
    Case("plain_star_at_domain_never_matches", K, "*@example.com k1\n", warns=("SigningTable:1:", "write 'example.com'")),
    Case("plain_star_in_the_middle_never_matches", K, "u@*.example.com k1\n*.example.com k1\n",
         warns=("SigningTable:1:", "SigningTable:2:", "write '.example.com'")),
    Case("plain_first_of_two_equal_rows", KK, "example.com k1\nexample.com k2\n", warns=("stands in line 1 already",)),
    Case("plain_all_of_many", KK, "* k3\nu@* k2\n.example.com k1\nexample.com k2\nu@example.com k1\n", multiple=True,
         loses_middle=True),
    Case("plain_equal_rows_with_multiple", KK, "example.com k1\nexample.com k2\n", multiple=True),
    Case("plain_comment_anywhere", K, "# head\n\n  example.com\t k1   # tail\n#example.org k1\n"),
    Case("plain_crlf", K, "example.com k1\r\n"),
    Case("plain_no_newline_at_end", K, "example.com k1"),
    Case("plain_empty", K, "# nothing\n"),
    # --- refile
    Case("refile_domain", K, "*@example.com k1\n", "refile"),
    Case("refile_in_capitals", K, "*@EXAMPLE.com k1\n", "refile"),
    Case("refile_sub_domains", K, "*@*.example.com k1\n", "refile"),
    Case("refile_star_has_no_word_boundary", K, "*@*example.com k1\n", "refile", warns=("notexample.com",)),
    Case("refile_literal", K, "u@example.com k1\n", "refile"),
    Case("refile_domain_alone_matches_nothing", K, "example.com k1\n", "refile", warns=("write '*@example.com'",)),
    Case("refile_plus_is_itself", K, "u+x@example.com k1\n", "refile"),
    Case("refile_dot_is_itself", K, "u.v@example.com k1\n", "refile"),
    Case("refile_alternatives_act", K, "(alice|bob)@example.com k1\n", "refile", warns=("'(' acts",)),
    Case("refile_alternatives_break_the_anchors", K, "alice@example.net|u@example.com k1\n", "refile"),
    Case("refile_brackets_act", K, "[ab]*@example.com k1\n", "refile", warns=("'[' acts",)),
    Case("refile_question_mark_acts", K, "ux?@example.com k1\n", "refile"),
    Case("refile_repetition_acts", K, "[a-z]{{3}}@example.com k1\n", "refile"),
    Case("refile_backslash_doubles", K, "u\\.v@example.com k1\n", "refile", warns=("acts",)),
    Case("refile_expression_written_out", K, ".*@example\\.com k1\n", "refile"),
    Case("refile_first_match_only", KK, "u@* k2\n*@example.com k1\n* k3\n", "refile"),
    Case("refile_order_not_precision", KK, "* k3\nu@example.com k1\n", "refile", warns=("stands below '*'",)),
    Case("refile_all_matches", KK, "* k3\nu@example.com k1\n*@example.com k2\n", "refile", multiple=True,
         loses_middle=True),
    Case("refile_same_key_twice", KK, "*@example.com k1\nu@* k1\n", "refile", multiple=True),
    Case("refile_indented_row_is_no_row", KK, "  *@example.com k1\n*@example.com k2\n", "refile",
         warns=("SigningTable:1:", "begins with white space")),
    Case("refile_tabs_and_comments", K, "*@example.com\t\tk1 # x\n", "refile"),
    Case("refile_user_anywhere", K, "bob@* k1\n", "refile"),
    Case("refile_everything", K, "*@* k1\n", "refile"),
    # --- inline lists
    Case("list", KK, "u@example.com=k2,example.com=k1", "csl"),
    Case("list_with_blanks", KK, " u@example.com = k2 , .example.com = k1 ", "csl"),
    Case("list_of_keys", "k1=example.com:s1:{k}/example.com.pem,k2=example.com:s2:{k}/other.pem",
         "example.com k2\n", keys_type="csl"),
    # --- names of keys
    Case("key_names_have_a_case", "K1 example.com:s1:{k}/example.com.pem\n", "example.com k1\nexample.org K1\n",
         warns=("SigningTable:1:", "names the key 'k1'")),
    Case("key_name_percent", "example.com example.com:s1:{k}/example.com.pem\n", "* %\n"),
    Case("key_name_percent_in_refile", "example.com example.com:s1:{k}/example.com.pem\n", "*@* %\n", "refile"),
    Case("key_name_missing_tempfails", K, "example.com nokey\nexample.org k1\n", warns=("SigningTable:1:", "names the key 'nokey'")),
    Case("key_name_missing_tempfails_in_refile", K, "*@example.com nokey\n*@example.org k1\n", "refile",
         warns=("SigningTable:1:",)),
    Case("key_name_missing_spoils_all", K, "*@example.com k1\n* nokey\n", "refile", multiple=True),
    Case("row_without_key_in_plain_file", K, "example.com\nexample.org k1\n", warns=("SigningTable:1:", "names no key"),
         refused=True),
    Case("row_without_key_in_refile", K, "*@example.com\n*@example.org k1\n", "refile", warns=("SigningTable:1:", "names no key"),
         crashes=("u@example.com",)),
    # --- KeyTable fields
    Case("key_domain_percent", "k1 %:s1:{k}/example.com.pem\n", "* k1\n"),
    Case("key_path_percent", "k1 %:s1:{k}/%.pem\n", "* k1\n"),
    Case("key_path_percent_of_the_row", "k1 example.com:s1:{k}/%.pem\n", "* k1\n"),
    Case("key_path_percent_twice", "k1 example.com:s1:{k}/%/%.pem\n", "* k1\n"),
    Case("key_path_with_colon", "k1 example.com:s1:{k}/a:b.pem\n", "* k1\n"),
    Case("key_file_missing_tempfails", "k1 example.com:s1:{k}/none.pem\nk2 example.com:s2:{k}/other.pem\n",
         "example.com k1\nexample.org k2\n", warns=("KeyTable:1:", "No such file")),
    Case("key_file_missing_spoils_all", "k1 example.com:s1:{k}/none.pem\nk2 example.com:s2:{k}/other.pem\n",
         "example.com k2\n* k1\n", multiple=True),
    Case("key_file_no_key", "k1 example.com:s1:{k}/text.pem\n", "example.com k1\n", warns=("KeyTable:1:", "text.pem")),
    Case("key_inline", "k1 example.com:s1:{inline}\n", "example.com k1\n"),
    Case("key_comment", "k1 example.com:s1:{k}/example.com.pem # comment\n", "example.com k1\n"),
    Case("key_blank_before_domain_colon", "k1 example.com :s1:{k}/example.com.pem\n", "example.com k1\n",
         warns=("KeyTable:1:", "blanks around ':'")),
    Case("key_blanks_around_selector", "k1 example.com: s1 :{k}/example.com.pem\n", "example.com k1\n",
         warns=("KeyTable:1:", "blanks around ':'")),
    Case("key_blanks_everywhere", "k1 example.com : s1 : {k}/example.com.pem\n", "example.com k1\n",
         warns=("KeyTable:1:", "blanks around ':'")),
    Case("key_blank_before_path", "k1 example.com:s1: {k}/example.com.pem\n", "example.com k1\n",
         warns=("KeyTable:1:", "blanks around ':'")),
    Case("key_two_fields", "k1 example.com:{k}/example.com.pem\n", "example.com k1\n", warns=("KeyTable:1:",)),
    Case("key_one_field", "k1 example.com\n", "example.com k1\n", warns=("KeyTable:1:",)),
    Case("key_no_value", "k1\n", "example.com k1\n", warns=("KeyTable:1:",)),
    Case("key_no_selector", "k1 example.com::{k}/example.com.pem\n", "example.com k1\n", warns=("KeyTable:1:",)),
    Case("key_no_path", "k1 example.com:s1:\n", "example.com k1\n", warns=("KeyTable:1:",)),
    Case("key_domain_in_capitals", "k1 EXAMPLE.com:S1:{k}/example.com.pem\n", "example.com k1\n"),
    Case("key_twice", KK + "k1 example.com:zz:{k}/other.pem\n", "example.com k1\n", warns=("KeyTable:4:", "never used")),
    Case("key_of_another_domain", KK, "example.com k3\n"),
    Case("key_refile", "k1 example.com:s1:{k}/example.com.pem\nk2 example.org:s2:{k}/other.pem\n", "example.com k1\nexample.org k2\n",
         keys_type="refile"),
    Case("key_refile_pattern", "s*._domainkey.example.com example.com:s1:{k}/example.com.pem\n",
         "example.com s2026._domainkey.example.com\n", keys_type="refile"),
    Case("key_refile_has_a_case", "K1 example.com:s1:{k}/example.com.pem\n", "example.com k1\n", keys_type="refile"),
    Case("key_fourth_field", "k1 example.com:s1:{k}/example.com.pem:rsa-sha256\n", "example.com k1\n",
         why="the fourth field came after Debian's OpenDKIM, for which it belongs to the path",
         differs={a: ("tempfail", "d=example.com s=s1 i=") for a in
                  ("u@example.com", "U@EXAMPLE.COM", "Some Body <u@Example.Com>", "bob@example.com", '"a b"@example.com',
                   "u+x@example.com", "u@example.com, v@example.org", "u.v@example.com", "uxv@example.com")}),
    Case("key_fourth_field_unknown", "k1 example.com:s1:{k}/example.com.pem:rsa-sha512\n", "example.com k1\n",
         warns=("KeyTable:1:", "No such file")),
    # --- identities
    Case("identity_of_domain", K, "example.com k1:@%\n"),
    Case("identity_with_user", K, "example.com k1:bob@%\n"),
    Case("identity_bare_percent_signs_nothing", K, "example.com k1:%\n", warns=("SigningTable:1:", "has no '@'")),
    Case("identity_without_at_signs_nothing", K, "example.com k1:example.com\n", warns=("SigningTable:1:",)),
    Case("identity_of_sub_domain", K, ".example.com k1:@%\n"),
    Case("identity_static", K, "* k1:mail@lists.example.com\n"),
    Case("identity_of_other_domain", K, "* k1:@%\n"),
    Case("identity_static_of_other_domain", K, "* k1:@example.org\n", warns=("SigningTable:1:", "not at or under")),
    Case("identity_empty", K, "example.com k1:\n"),
    Case("identity_with_colon", K, "example.com k1:a:b@example.com\n"),
    Case("identity_in_refile", K, "*@*example.com k1:@%\n", "refile"),
    Case("identity_one_good_one_bad", KK, "u@example.com k1:%\nexample.com k2\n", multiple=True,
         why="one impossible identity costs OpenDKIM all signatures of the message, us only its own",
         differs={a: ("none", "d=example.com s=s2 i=") for a in
                  ("u@example.com", "U@EXAMPLE.COM", "Some Body <u@Example.Com>", "u@example.com, v@example.org")}),
    Case("identity_one_good_one_of_other_domain", KK, "u@example.com k1:@example.org\nexample.com k2\n", multiple=True),
    Case("quoted_local_part", K, '"*"@example.com k1\n', "refile"),
    Case("quoted_local_part_plain", K, 'a@example.com k1\n', more=('"a b"@a.example.com',)),
    # --- octets over 127
    Case("utf8_plain", K, "bücher.example k1\nxn--bcher-kva.example k1\n", more=("u@bücher.example", "u@xn--bcher-kva.example"),
         warns=("SigningTable:1:", "A-labels"), why="an author's U-labels are looked up once more as A-labels",
         differs={"u@bücher.example": ("none", "d=example.com s=s1 i=")}),
    Case("utf8_user_plain", K, "müller@example.com k1\n.example.com k1\n", more=("müller@example.com", "müller@a.example.com")),
    Case("utf8_host_after_utf8_user", K, "example.com k1\n", more=("müller@example.com",)),
    Case("utf8_domain_parent_in_ascii", K, ".example k1\n", more=("u@bücher.example",)),
    Case("utf8_refile", K, "*@bücher.example k1\nmü*@* k1\n", "refile",
         more=("u@bücher.example", "müller@example.org", "u@xn--bcher-kva.example")),
    Case("utf8_refile_has_no_a_labels", K, "*@xn--bcher-kva.example k1\n", "refile",
         more=("u@bücher.example", "u@xn--bcher-kva.example"), why="an author's U-labels are looked up once more as A-labels",
         differs={"u@bücher.example": ("none", "d=example.com s=s1 i=")}),
    Case("utf8_refile_dot_is_a_byte", K, "b[^x][^x]cher@example.com k1\n", "refile", more=("bücher@example.com",)),
]

#: Domain, Selector and KeyFile: (domains, sub-domains too?)
SINGLE = [("example.com", False), ("example.com", True), ("example.com,example.org", True), ("*", False), ("*", True),
          ("EXAMPLE.com", True), ("com", True), (".example.com", True), ("b.example.com,example.com", True)]

#: InternalHosts: lists, and clients asked of each.
HOSTS = ["127.0.0.1,::1", "192.168.0.0/24", "192.168.0.1/24", "192.168.0.1", "[192.168.0.1]", "!192.168.0.1,192.168.0.0/24",
         "192.168.0.1,!192.168.0.0/24", "192.168.0.1,!192.168.0.1/32", "!192.168.0.1/32,192.168.0.1", "10.0.0.0/8,!10.1.0.0/16,10.1.2.0/24",
         "[10.0.0.0]/8", "0.0.0.0/0", "::/0", "!0.0.0.0/0,10.1.2.3", "2001:db8::/32", "2001:DB8::/32", "2001:db8::1/32",
         "!2001:db8::1,2001:db8::/32", "mail.example.com", ".example.com", "example.com", "*.example.com",
         "!mail.example.com,.example.com", "!.b.example.com,.example.com", "!mail.example.com,.example.com,10.0.0.0/8",
         "MAIL.Example.COM", ".com", "10.0.0.0/8,.example.org", "csl:10.1.2.3", "localhost", "!localhost,127.0.0.1"]
REFILE_HOSTS = ["*.example.com", "mail.*", "10.*", "192.168.0.0/24", "[0-9]*", "!10.*\n[m!].*"]
CLIENTS = [("localhost", "127.0.0.1"), ("mail.example.com", "10.1.2.3"), ("mail.example.com", "203.0.113.9"),
           ("a.b.example.com", "10.1.9.9"), ("example.com", "10.2.0.1"), ("MAIL.EXAMPLE.COM", "203.0.113.9"),
           ("x.example.org", "192.168.0.1"), ("x.example.org", "192.168.0.77"), ("x.example.org", "192.168.1.1"),
           ("[203.0.113.5]", "203.0.113.5"), ("six.example.net", "2001:db8::1"), ("six.example.net", "2001:db8:1::7"),
           ("six.example.net", "2001:db9::1"), ("six.example.net", "::1")]
