#include "common/authres/field.hpp"

namespace postern::authres {} // namespace postern::authres
