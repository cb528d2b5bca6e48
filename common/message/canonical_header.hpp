// Canonical form of one header field (RFC 6376 3.4.1 simple, 3.4.2 relaxed).
#pragma once

#include "common/message/canonicalization.hpp"
#include "common/message/header.hpp"

#include <string>

namespace postern::message {

/// Appends the canonical field to `out`, with its closing CRLF. The caller drops that CRLF for the
/// DKIM-Signature field itself (RFC 6376 3.7).
void append_canonical_header(std::string& out, const FieldView& field, Canonicalization form);

} // namespace postern::message
