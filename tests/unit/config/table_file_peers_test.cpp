// The same table through the programs we imitate, run live: postmap(1) and opendkim(8) -Q.

#include "common/base/text.hpp"
#include "common/config/table_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

namespace postern::config {
namespace {

namespace fs = std::filesystem;

class Peers : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "posternXXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override { fs::remove_all(directory_); }

    void write(const std::string& name, std::string_view text) const {
        std::ofstream(directory_ / name) << text;
    }
    [[nodiscard]] std::string file(const std::string& name) const { return directory_ / name; }

    static std::string output_of(const std::string& command) {
        struct Close {
            void operator()(std::FILE* stream) const { ::pclose(stream); }
        };
        const std::unique_ptr<std::FILE, Close> stream(::popen(command.c_str(), "r"));
        std::string output;
        std::array<char, 4096> chunk{};
        while (const auto got = std::fread(chunk.data(), 1, chunk.size(), stream.get()))
            output.append(chunk.data(), got);
        return output;
    }

private:
    fs::path directory_;
};

TEST_F(Peers, PostmapReadsTheSameRows) {
    constexpr std::string_view kTable = "# comment\n"
                                        "a@example.com   alice\n"
                                        "b@example.com\tbob, carol\n"
                                        "  # in between\n"
                                        "\n"
                                        "   dave   \n"
                                        "# not a row\n"
                                        "\"quoted key\"@x  v # kept\n"
                                        "k\\ ey  v2\n"
                                        "last#x one#two\n"
                                        "nl\n"
                                        "\t# c\n"
                                        "\ty \tz\n"
                                        "crlf v\r\n"
                                        " w\r\n"
                                        "@domain.example x\\\n"
                                        "end no-line-feed";
    write("table", kTable);
    write("main.cf", "compatibility_level = 3.6\nmyhostname = host.example\n");
    const std::string output =
        output_of("PATH=$PATH:/usr/sbin postmap -c " + file("") + " -s texthash:" + file("table"));
    std::map<std::string, std::string> theirs;
    for (std::string_view rest = output; !rest.empty();) {
        const auto end = rest.find('\n');
        const auto halves = cut(rest.substr(0, end), '\t');
        ASSERT_TRUE(halves) << output;
        theirs.emplace(halves->before, halves->after);
        rest.remove_prefix(std::min(rest.size(), end + 1));
    }
    ASSERT_EQ(theirs.size(), 9U) << "postmap(1) of Postfix is needed here; it said: " << output;

    const auto table = TableFile::read(file("table"), TableSyntax::Postfix);
    ASSERT_TRUE(table) << to_text(table.error());
    std::map<std::string, std::string> ours;
    for (const TableEntry& row : table->entries())
        ours.emplace(row.key, row.value);
    EXPECT_EQ(ours, theirs);
}

TEST_F(Peers, OpenDkimReadsTheSameRows) {
    constexpr std::string_view kTable = "a.example foo bar\n"
                                        "key#c v\n"
                                        "\tlead  val # c\n"
                                        "# whole line\n"
                                        "\n"
                                        "   \t \n"
                                        "alone\n"
                                        "colon\td:e:f  \n"
                                        "  x\ty\tz \n"
                                        "crlf v w\r\n"
                                        "end no-line-feed";
    write("table", kTable);
    const auto table = TableFile::read(file("table"), TableSyntax::OpenDkim);
    ASSERT_TRUE(table) << to_text(table.error());
    // opendkim -Q asks for a data set, then for keys with the number of fields wanted, and prints
    // each field in quotes.
    std::string questions = "file:" + file("table") + "\\n";
    std::string expected;
    for (const TableEntry& row : table->entries()) {
        questions += std::string(row.key) + "/1\\n";
        // The last field wanted takes the rest of the value, so one field is the whole of it.
        expected += "'" + std::string(row.value) + "'\n";
    }
    ASSERT_EQ(table->entries().size(), 8U);
    const std::string output =
        output_of("printf '" + questions + "\\n' | PATH=$PATH:/usr/sbin opendkim -Q 2>&1");
    std::string answers;
    for (const std::string_view line : split(output, '\n'))
        if (const auto quote = line.find('\''); quote != std::string_view::npos)
            (answers += line.substr(quote)) += '\n';
    EXPECT_EQ(answers, expected) << "opendkim(8) is needed here; it said: " << output;
}

} // namespace
} // namespace postern::config
