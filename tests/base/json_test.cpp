#include "amt/base/json.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "amt/base/error.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt::json {
namespace {

using test::refusal;
using test::refuses;
using test::says;

Value parse(const std::string& text, const Limits& limits = {}) {
  return from_text(text, "a.json", limits);
}

std::string parse_refusal(const std::string& text, const Limits& limits = {}) {
  return refusal<Error>([&] { parse(text, limits); });
}

std::string repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Json, ReadsEveryType) {
  const Value root = parse(R"({"t":true,"n":null,"i":-5,"u":18446744073709551615,"d":2.5,
                               "s":"x\u00e4","a":[1,[2,3],{}],"o":{"p":7}})");
  EXPECT_TRUE(root.at("t").boolean());
  EXPECT_TRUE(root.at("n").is_null());
  EXPECT_EQ(root.at("i").integer(-5, 5), -5);
  EXPECT_EQ(root.at("u").count(UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(root.at("d").number(), 2.5);
  EXPECT_EQ(root.at("i").number(), -5);
  EXPECT_EQ(root.at("s").text(), "x\u00e4");
  EXPECT_EQ(root.at("a").array()[1].array(2)[1].count(), 3u);
  EXPECT_EQ(root.at("o").members().at(0).first, "p");
  EXPECT_FALSE(root.find("missing"));
  EXPECT_EQ(root.find("o")->at("p").count(), 7u);
}

TEST(Json, ErrorsNameFileAndMember) {
  const Value root = parse(R"({"splits":{"train":{"rows":-5,"shards":[{},{"rows":"many"}]}},
                               "half":0.5,"huge":1e30,"long":")" +
                           std::string(100, 'x') + R"(","odd":"a\nb"})");
  const Value train = root.at("splits").at("train");
  EXPECT_TRUE(refuses<Error>([&] { train.at("rows").count(); },
                             {"a.json: splits.train.rows ", " -5 ", " 0 to 9223372036854775807"}));
  EXPECT_TRUE(refuses<Error>([&] { train.at("files"); }, {"a.json: splits.train.files "}));
  EXPECT_TRUE(refuses<Error>([&] { root.at("files"); }, {"a.json: files "}));
  EXPECT_TRUE(refuses<Error>([&] { train.at("shards").array()[1].at("rows").count(9); },
                             {"a.json: splits.train.shards[1].rows ", " 'many' ", " 0 to 9"}));
  EXPECT_TRUE(refuses<Error>([&] { root.at("half").integer(0, 4); },
                             {"a.json: half ", " 0.5 ", " 0 to 4"}));
  EXPECT_TRUE(refuses<Error>([&] { root.at("huge").count(); },
                             {"a.json: huge ", " 1e+30", " 0 to 9223372036854775807"}));
  EXPECT_TRUE(refuses<Error>([&] { train.at("shards").array(1); },
                             {"a.json: splits.train.shards ", " array of 2", " 1"}));
  EXPECT_TRUE(
      refuses<Error>([&] { train.number(); }, {"a.json: splits.train ", " object", " number"}));
  EXPECT_TRUE(refuses<Error>([&] { root.array(); }, {"a.json ", " object", " array"}));
  EXPECT_TRUE(refuses<Error>([&] { root.at("odd").boolean(); },
                             {"a.json: odd ", " 'a?b'", " true or false"}));
  EXPECT_TRUE(refuses<Error>([&] { root.at("long").text(99); },
                             {"a.json: long ", "'" + std::string(60, 'x') + "...'", " 99 "}));
}

TEST(Json, IntegersAreCheckedForSignAndRange) {
  const Value root = parse(R"([9223372036854775808,-9223372036854775808,18446744073709551616,3])");
  const std::vector<Value> v = root.array();
  EXPECT_THROW(v[0].integer(INT64_MIN, INT64_MAX), Error);
  EXPECT_THROW(v[0].count(), Error);
  EXPECT_EQ(v[0].count(UINT64_MAX), 9223372036854775808u);
  EXPECT_EQ(v[1].integer(INT64_MIN, INT64_MAX), INT64_MIN);
  EXPECT_THROW(v[1].count(UINT64_MAX), Error);
  EXPECT_THROW(v[2].count(UINT64_MAX), Error);
  EXPECT_EQ(v[3].integer(3, 3), 3);
  EXPECT_THROW(v[3].integer(4, 9), Error);
  EXPECT_THROW(v[3].integer(0, 2), Error);
}

TEST(Json, FileNamesMustStayInTheFolder) {
  EXPECT_EQ(parse(R"("train.h5")").file_name(), "train.h5");
  for (const char* text : {R"("")", R"(".")", R"("..")", R"("a/b")", R"("/etc")", R"("a\u0000b")",
                           R"("\u001b[31m")", R"("a\nb")"}) {
    EXPECT_THROW(parse(text).file_name(), Error) << text;
  }
  EXPECT_THROW(parse('"' + std::string(256, 'x') + '"').file_name(), Error);
  EXPECT_EQ(parse(R"("00ff00ff00ff00ff")").hex64(), "00ff00ff00ff00ff");
  EXPECT_THROW(parse(R"("00ff00ff00ff00f")").hex64(), Error);
  EXPECT_THROW(parse(R"("00ff00ff00ff00fg")").hex64(), Error);
}

TEST(Json, SyntaxErrorsGiveLineAndColumn) {
  EXPECT_TRUE(says(parse_refusal(""), {"a.json ", "empty"}));
  EXPECT_TRUE(
      says(parse_refusal("{\n \"a\": 1,\n \"b\": }"), {"a.json: line 3, column 7: ", "JSON"}));
  EXPECT_TRUE(says(parse_refusal("{\n\"a\": [1, 2"), {"a.json ", "line 2, column 11", "cut"}));
  EXPECT_TRUE(says(parse_refusal("[1e999]"), {"a.json: line 1, column 6: ", "number"}));
  EXPECT_TRUE(says(parse_refusal("{} {}"), {"a.json: line 1, column 4: ", "JSON"}));
  EXPECT_TRUE(says(parse_refusal("[\"\xff\"]"), {"a.json: line 1, column 3: ", "JSON"}));
  EXPECT_NE(parse_refusal("[NaN]"), "");
  EXPECT_NE(parse_refusal("[1,]"), "");
  EXPECT_NE(parse_refusal("// no\n1"), "");
}

TEST(Json, DuplicateNamesAreRefused) {
  EXPECT_TRUE(says(parse_refusal(R"({"a":{"x":1,"y":2,"x":3}})"), {"a.json: a.x ", "twice"}));
  EXPECT_EQ(parse_refusal(R"({"a":{"x":1},"b":{"x":1}})"), "");
}

TEST(Json, DepthCountAndSizeAreBounded) {
  EXPECT_EQ(parse_refusal("[[[0]]]", {1000, 3, 10}), "");
  EXPECT_TRUE(says(parse_refusal("[[[[0]]]]", {1000, 3, 10}), {"a.json ", " 3 levels"}));
  EXPECT_TRUE(says(parse_refusal(repeat("{\"a\":", 100'000)), {"a.json ", " 16 levels"}));
  EXPECT_EQ(parse_refusal("[1,2,3]", {1000, 3, 4}), "");
  EXPECT_TRUE(says(parse_refusal("[1,2,3,4]", {1000, 3, 4}), {"a.json ", " 4 values"}));
  EXPECT_TRUE(says(parse_refusal("[1,2,3]", {6, 3, 4}), {"a.json ", " 7 bytes", " 6"}));
}

TEST(Json, FilesStateTheirFormatAndVersion) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a.json";
  const auto read_text = [&](const std::string& text) {
    std::ofstream(path) << text;
    read_format(path, {}, "amt-thing", 1);
  };
  EXPECT_NO_THROW(read_text(R"({"format":"amt-thing","version":1})"));
  EXPECT_TRUE(refuses<NewerFormat>([&] { read_text(R"({"format":"amt-thing","version":2})"); },
                                   {path.string(), " version 2,", " version 1"}));
  EXPECT_TRUE(refuses<Error>([&] { read_text(R"({"format":"other","version":1})"); },
                             {path.string() + ": format ", "'other'", "'amt-thing'"}));
  EXPECT_TRUE(refuses<Error>([&] { read_text("[]"); }, {path.string(), " array of 0", "object"}));
  EXPECT_TRUE(refuses<SystemError>([&] { read(folder.path() / "missing"); }, {"missing"}));
}

}  // namespace
}  // namespace amt::json
