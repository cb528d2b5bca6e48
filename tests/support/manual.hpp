// What an mdoc page says of the options of a section, to compare with the option table:
//
//     EXPECT_THAT(manual_differences(read_text(".../man/postern.conf.5"), kSignSection),
//     IsEmpty());
//
// The page has, under a heading that names the section (`.Ss [sign]`, or `.Sh SECTION [sign]` with
// sub-sections of its own), for each option
//
//     .It Ic key-table No = Ar path
//     What it does ...
//     .Pq default: none
//
// The default is the text after "default:" up to the closing parenthesis or the end of the line;
// "none" and "empty" stand for no default.
#pragma once

#include "common/config/option.hpp"
#include "common/config/render.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::testing_support {

/// The items in the order of the page. `name` of the section without brackets.
std::vector<config::ManualItem> manual_items_of(std::string_view page, std::string_view section);

/// One line each: options the page lacks, options the table lacks, other order, other defaults.
std::vector<std::string> manual_differences(std::string_view page, const config::Section& section);

/// A whole file; throws if it cannot be read.
std::string read_text(const std::string& path);

} // namespace postern::testing_support
