#include "amt/base/json.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "amt/base/error.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt::json {
namespace {

using test::refusal;

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
  const auto says = [](auto read) { return refusal<Error>([&] { read(); }); };
  EXPECT_EQ(says([&] { train.at("rows").count(); }),
            "a.json: splits.train.rows is -5, it must be a whole number from 0 to "
            "9223372036854775807");
  EXPECT_EQ(says([&] { train.at("files"); }), "a.json: splits.train.files is missing");
  EXPECT_EQ(says([&] { root.at("files"); }), "a.json: files is missing");
  EXPECT_EQ(says([&] { train.at("shards").array()[1].at("rows").count(9); }),
            "a.json: splits.train.shards[1].rows is 'many', it must be a whole number from 0 to 9");
  EXPECT_EQ(says([&] { root.at("half").integer(0, 4); }),
            "a.json: half is 0.5, it must be a whole number from 0 to 4");
  EXPECT_EQ(says([&] { root.at("huge").count(); }),
            "a.json: huge is 1e+30, it must be a whole number from 0 to 9223372036854775807");
  EXPECT_EQ(says([&] { train.at("shards").array(1); }),
            "a.json: splits.train.shards is an array of 2, it must be one of at most 1");
  EXPECT_EQ(says([&] { train.number(); }),
            "a.json: splits.train is an object, it must be a number");
  EXPECT_EQ(says([&] { root.array(); }), "a.json is an object, it must be an array");
  EXPECT_EQ(says([&] { root.at("odd").boolean(); }),
            "a.json: odd is 'a?b', it must be true or false");
  EXPECT_EQ(
      says([&] { root.at("long").text(99); }),
      "a.json: long is '" + std::string(60, 'x') + "...', it must be a text of at most 99 bytes");
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

TEST(Json, NamesOfFilesLeadNowhereElse) {
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

TEST(Json, WhatIsNotJsonIsNamedByLineAndColumn) {
  EXPECT_EQ(parse_refusal(""), "a.json is empty");
  EXPECT_EQ(parse_refusal("{\n \"a\": 1,\n \"b\": }"),
            "a.json: line 3, column 7: this is not JSON");
  EXPECT_EQ(parse_refusal("{\n\"a\": [1, 2"), "a.json is cut short at line 2, column 11");
  EXPECT_EQ(parse_refusal("[1e999]"), "a.json: line 1, column 6: the number is too large");
  EXPECT_EQ(parse_refusal("{} {}"), "a.json: line 1, column 4: this is not JSON");
  EXPECT_EQ(parse_refusal("[\"\xff\"]"), "a.json: line 1, column 3: this is not JSON");
  EXPECT_NE(parse_refusal("[NaN]"), "");
  EXPECT_NE(parse_refusal("[1,]"), "");
  EXPECT_NE(parse_refusal("// no\n1"), "");
}

TEST(Json, NamesThatComeTwiceAreRefused) {
  EXPECT_EQ(parse_refusal(R"({"a":{"x":1,"y":2,"x":3}})"), "a.json: a.x is there twice");
  EXPECT_EQ(parse_refusal(R"({"a":{"x":1},"b":{"x":1}})"), "");
}

TEST(Json, DepthValuesAndSizeAreBounded) {
  EXPECT_EQ(parse_refusal("[[[0]]]", {1000, 3, 10}), "");
  EXPECT_EQ(parse_refusal("[[[[0]]]]", {1000, 3, 10}), "a.json is nested more than 3 levels deep");
  EXPECT_EQ(parse_refusal(repeat("{\"a\":", 100'000)), "a.json is nested more than 16 levels deep");
  EXPECT_EQ(parse_refusal("[1,2,3]", {1000, 3, 4}), "");
  EXPECT_EQ(parse_refusal("[1,2,3,4]", {1000, 3, 4}), "a.json has more than 4 values");
  EXPECT_EQ(parse_refusal("[1,2,3]", {6, 3, 4}), "a.json has 7 bytes, it may have 6");
}

TEST(Json, FilesSayWhatTheyAreAndOfWhichVersion) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a.json";
  const auto says = [&](const std::string& text) {
    std::ofstream(path) << text;
    return refusal<Error>([&] { read_format(path, {}, "amt-thing", 1); });
  };
  EXPECT_EQ(says(R"({"format":"amt-thing","version":1})"), "");
  EXPECT_EQ(
      says(R"({"format":"amt-thing","version":2})"),
      path.string() + " is of format version 2, this amt reads version 1: another amt wrote it");
  EXPECT_EQ(says(R"({"format":"other","version":1})"),
            path.string() + ": format is 'other', it must be 'amt-thing'");
  EXPECT_EQ(says("[]"), path.string() + " is an array of 0, it must be an object");
  EXPECT_NE(refusal<Error>([&] { read(folder.path() / "missing"); }).find("missing"),
            std::string::npos);
}

}  // namespace
}  // namespace amt::json
