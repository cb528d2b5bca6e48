#include "tools/postern/authres_parse.hpp"

#include "common/authres/field.hpp"
#include "common/base/text.hpp"
#include "tools/postern/arguments.hpp"
#include "tools/postern/input.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <ostream>

namespace postern::tool {
namespace {

using authres::Field;
using authres::MethodResult;
using authres::Property;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxValue = std::size_t{1} << 20;

constexpr std::array kOptions{
    ArgumentOption{.name = "json", .help = "Print one JSON object."},
};

constexpr Usage kUsage{
    .command = "authres parse",
    .purpose =
        "Reads the value of one Authentication-Results field (RFC 8601) from standard input, with "
        "or without its name and folds, and prints what it says. It tells what somebody wrote, not "
        "whether it is true.",
    .options = kOptions,
    .examples = "  echo 'mx.example.org; spf=pass smtp.mailfrom=example.net' |\n"
                "      postern authres parse",
    .exit_codes = "  0   it could be read\n"
                  "  64  the command line is wrong\n"
                  "  65  it makes no sense\n"
                  "  66  standard input cannot be read",
};

/// The value of a field that was given with its name and its line end.
std::string_view value_of(std::string_view text) {
    text = trim(text);
    for (const std::string_view name : {"Authentication-Results", "ARC-Authentication-Results"}) {
        if (!istarts_with(text, name)) continue;
        const std::string_view rest = trim(text.substr(name.size()));
        if (rest.starts_with(':')) return trim(rest.substr(1));
    }
    return text;
}

std::string name_of(const Property& property) {
    return property.type.empty() ? property.name : property.type + "." + property.name;
}

Json to_json(const MethodResult& result) {
    Json properties = Json::object();
    // Of the same property twice the first one counts.
    for (const Property& property : result.properties)
        properties.emplace(name_of(property), property.value);
    Json json{{"method", result.method},
              {"result", result.result},
              {"reason", result.reason},
              {"props", std::move(properties)}};
    if (result.version != 1) json["version"] = result.version;
    return json;
}

void print_json(std::ostream& out, const Result<Field>& field) {
    Json json;
    if (field) {
        Json results = Json::array();
        for (const MethodResult& result : field->results)
            results.push_back(to_json(result));
        json = {{"valid", true},
                {"authserv_id", field->authserv_id},
                {"version", field->version},
                {"results", std::move(results)}};
        if (field->instance != 0) json["instance"] = field->instance;
    } else {
        json = {{"valid", false}, {"error", field.error().message}};
    }
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

void print_human(std::ostream& out, const Field& field) {
    if (field.authserv_id.empty())
        out << "Nobody says who checked:\n";
    else
        out << printable(field.authserv_id) << " says:\n";
    if (field.instance != 0) out << "  ARC instance " << field.instance << "\n";
    if (field.results.empty()) out << "  nothing was checked\n";
    for (const MethodResult& result : field.results) {
        out << "  " << result.method << " = " << result.result;
        if (result.version != 1) out << " (version " << result.version << " of the method)";
        out << "\n";
        if (!result.reason.empty()) out << "    reason: " << printable(result.reason) << "\n";
        for (const Property& property : result.properties)
            out << "    " << name_of(property) << ": " << printable(property.value) << "\n";
    }
}

int run(const Arguments& arguments, Streams io) {
    const auto text = read_input("-", io.in, kMaxValue);
    if (!text) return failure(kUsage.command, text.error(), exit_code::kNoInput, io);
    const Result<Field> field = authres::parse(value_of(*text));
    if (arguments.given("json")) {
        print_json(io.out, field);
        return field ? exit_code::kOk : exit_code::kDataError;
    }
    if (!field) return failure(kUsage.command, field.error(), exit_code::kDataError, io);
    print_human(io.out, *field);
    return exit_code::kOk;
}

} // namespace

const Command kAuthresParse{.name = "authres parse",
                            .summary = "prints what an Authentication-Results field says",
                            .usage = &kUsage,
                            .run = run};

} // namespace postern::tool
