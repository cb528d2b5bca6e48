// What our tables answer, as text: the other side of compare_test.py, which asks opendkim the same.
//
//     select_keys tables KEYTABLE SIGNINGTABLE first|all   < values of From fields, one a line
//     select_keys single DOMAINS SELECTOR KEYFILE no|yes   < the same
//     select_keys hosts LIST                               < "name address", one a line
//
// One line of answer for each line of input. What loading found goes to stderr, problems and
// warnings; a table with problems is asked all the same, because OpenDKIM would run with it.
#include "common/message/address.hpp"
#include "common/tables/host_list.hpp"
#include "milters/sign/single_key.hpp"
#include "milters/sign/table_keys.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace postern;
using namespace postern::sign;

std::string answer(const KeySource& source, const std::string& from) {
    const auto authors = message::parse_from(from);
    if (!authors) return "none";
    const Selection selection = source.select(authors->front());
    if (selection.broken) return "tempfail";
    if (selection.keys.empty()) return "none";
    std::vector<std::string> signatures;
    for (const KeyChoice& key : selection.keys)
        signatures.push_back("d=" + key.domain + " s=" + key.selector + " i=" + key.identity);
    std::sort(signatures.begin(), signatures.end());
    return join(signatures, "; ");
}

void print(const tables::Report& report) {
    for (const auto& problem : report.problems)
        std::cerr << "problem: " << problem.text() << '\n';
    for (const auto& warning : report.warnings)
        std::cerr << "warning: " << warning.text() << '\n';
}

int ask(const std::shared_ptr<const KeySource>& source, const tables::Report& report) {
    print(report);
    if (source == nullptr) return 1;
    for (std::string line; std::getline(std::cin, line);)
        std::cout << answer(*source, line) << '\n';
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const SystemClock clock;
    const auto ring = std::make_shared<KeyRing>(clock);
    tables::Report report;
    if (words.size() == 4 && words[0] == "tables") {
        const auto matches = words[3] == "all" ? Matches::All : Matches::First;
        const auto tables = TableKeys::load(words[1], words[2], matches, ring, report);
        return ask(tables, report);
    }
    if (words.size() == 5 && words[0] == "single") {
        const auto parents = words[4] == "yes" ? ParentDomains::Yes : ParentDomains::No;
        const auto single = SingleKey::load({words[1], words[2], words[3], parents}, ring, report);
        return ask(single, report);
    }
    if (words.size() == 2 && words[0] == "hosts") {
        const auto hosts = tables::HostList::load(words[1], tables::OpenHosts::Allowed, report);
        print(report);
        for (std::string name, address; std::cin >> name >> address;)
            std::cout << (hosts.contains(name, IpAddress::parse(address)) ? "yes" : "no") << '\n';
        return 0;
    }
    std::cerr << "usage: select_keys tables|single|hosts ...\n";
    return 64;
}
