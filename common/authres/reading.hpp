// What the parser knows about a value beyond the field it found; for this room.
#pragma once

#include "common/authres/field.hpp"
#include "common/base/result.hpp"

#include <string_view>

namespace postern::authres {

struct Reading {
    Field field;
    /// Every reader finds the same authserv-id: it stands first, and nothing else could be taken
    /// for one.
    bool clear_id = true;
};

/// parse() with what it knows.
Result<Reading> read(std::string_view value);

} // namespace postern::authres
