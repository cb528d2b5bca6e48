// Names the rows of a table-driven test after their `name` member: INSTANTIATE_TEST_SUITE_P(Table,
// X, Values(...), name_of)
#pragma once

namespace postern::testing_support {

inline constexpr auto name_of = [](const auto& row) { return row.param.name; };

} // namespace postern::testing_support
