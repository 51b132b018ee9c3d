#include "amt/base/options.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "amt/base/error.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

enum class Colour : std::uint8_t { kRed, kGreen, kBlue };

}  // namespace

template <>
inline constexpr auto kWords<Colour> = std::to_array<Word<Colour>>({{"red", Colour::kRed},
                                                                    {"green", Colour::kGreen},
                                                                    {"blue", Colour::kBlue}});

namespace {

struct Values {
  bool on = false;
  int count = 3;
  double rate = 6e-4;
  std::string name = "x";
  std::optional<std::uint64_t> row;
  std::uint64_t seed = 0;
  ByteSize memory{1024};
  Duration interval{1800};
  OptionTable table;

  Values() {
    table.add("seed_only", &on, "");
    table.add("trainer.count", &count, "");
    table.add("trainer.rate", &rate, "");
    table.add("trainer.name", &name, "");
    table.add("data.memory", &memory, "");
    table.add("data.interval", &interval, "");
  }
};

TEST(Options, SetsTypedValues) {
  Values v;
  v.table.set("trainer.count", "-12");
  v.table.set("trainer.rate", "3e-4");
  v.table.set("data.memory", "1.5GiB");
  v.table.set("data.interval", "30m");
  v.table.set("seed_only", "true");
  EXPECT_EQ(v.count, -12);
  EXPECT_EQ(v.rate, 3e-4);
  EXPECT_EQ(v.memory.bytes, 3u << 29);
  EXPECT_EQ(v.interval.seconds, 1800);
  EXPECT_TRUE(v.on);
}

TEST(Options, RefusesTrailingCharacters) {
  Values v;
  using Setting = std::pair<std::string, std::string>;
  for (const Setting& bad : std::vector<Setting>{{"trainer.count", "12x"},
                                                 {"trainer.count", ""},
                                                 {"trainer.count", "99999999999"},
                                                 {"trainer.rate", "nan"},
                                                 {"trainer.rate", "1e"},
                                                 {"data.memory", "-1"},
                                                 {"data.memory", "5XB"},
                                                 {"data.interval", "3weeks"},
                                                 {"seed_only", "maybe"}}) {
    EXPECT_TRUE(test::refuses<UsageError>([&] { v.table.set(bad.first, bad.second); }, {bad.first}))
        << bad.second;
  }
}

std::string refusal_of(const std::string& name, const std::string& text) {
  Values v;
  v.table.add("row", &v.row, "");
  v.table.add("seed", &v.seed, "");
  return test::refusal<UsageError>([&] { v.table.set(name, text); });
}

/// `reason` must be a phrase that no other refusal contains.
void expect_refusal(const std::string& name, const std::string& text, const std::string& reason) {
  EXPECT_TRUE(test::says(refusal_of(name, text), {fmt::format("--{}: '{}' ", name, text), reason}));
}

TEST(Options, RefusalsGiveValueAndRange) {
  expect_refusal("row", "-1", "negative");
  expect_refusal("seed", "-1", "negative");
  expect_refusal("seed", "18446744073709551616", " 0 to 18446744073709551615");
  expect_refusal("trainer.count", "2147483648", " -2147483648 to 2147483647");
  expect_refusal("trainer.count", "1.5", "whole");
  expect_refusal("trainer.rate", "nan", "finite");
  expect_refusal("trainer.rate", "-inf", "finite");
  expect_refusal("trainer.rate", "1e999", "range");
  expect_refusal("data.memory", "-4GB", "negative");
  expect_refusal("data.memory", "99999999999TB", "large");
  expect_refusal("data.interval", "", "time");
}

TEST(Options, AnEnumIsSetByName) {
  Colour colour = Colour::kRed;
  OptionTable table;
  table.add("paint.colour", &colour, "of the door");
  EXPECT_EQ(table.find("paint.colour")->help, "of the door: red, green or blue");
  table.set("paint.colour", "blue");
  EXPECT_EQ(colour, Colour::kBlue);
  EXPECT_EQ(table.to_ini(), "[paint]\ncolour = blue\n");
  EXPECT_TRUE(test::refuses<UsageError>([&] { table.set("paint.colour", "Blue"); },
                                        {"--paint.colour: 'Blue' ", "red, green or blue"}));
  EXPECT_EQ(colour, Colour::kBlue);
}

TEST(Options, AnOptionChangesTheResultByDefault) {
  Values v;
  v.table.add_flag("flag", &v.on, "");
  for (const Option& option : v.table.options()) {
    EXPECT_EQ(option.effect, Effect::kResult) << option.name;
  }
}

TEST(Options, OptionsWithWeakerEffectsCanBeLeftOut) {
  int result = 1, dropout = 2, threads = 3, folder = 4;
  OptionTable table;
  table.add("result", &result, "");
  table.add("dropout", &dropout, "", Effect::kTraining);
  table.add("threads", &threads, "", Effect::kRounding);
  table.add("folder", &folder, "", Effect::kNothing);
  table.add_short("t", "threads");
  EXPECT_EQ(table.to_ini(Effect::kResult), "result = 1\n");
  EXPECT_EQ(table.to_ini(Effect::kRounding), "result = 1\ndropout = 2\nthreads = 3\n");
  EXPECT_EQ(table.to_ini(), "result = 1\ndropout = 2\nthreads = 3\nfolder = 4\n");
  EXPECT_EQ(table.find("t")->effect, Effect::kRounding);
}

TEST(Options, ARefusedValueLeavesTheOptionUnchanged) {
  Values v;
  v.table.add("row", &v.row, "");
  v.table.set("row", "7");
  EXPECT_THROW(v.table.set("row", "-1"), UsageError);
  EXPECT_EQ(v.row, 7u);
}

TEST(Options, ShortNamesFindTheOption) {
  Values v;
  v.table.add_short("count", "trainer.count");
  v.table.set("count", "5");
  EXPECT_EQ(v.count, 5);
  EXPECT_TRUE(v.table.given("trainer.count"));
  EXPECT_EQ(v.table.full_name("count"), "trainer.count");
  EXPECT_EQ(v.table.to_ini().find("count = 5"), v.table.to_ini().rfind("count = 5"));
}

TEST(Options, ClosestComparesFullShortAndCustomaryNames) {
  Values v;
  v.table.add_customary("trainer.rate", {"lr", "speed"});
  EXPECT_EQ(v.table.closest("trainer.lr"), "trainer.rate");
  EXPECT_EQ(v.table.closest("lr"), "trainer.rate");
  EXPECT_EQ(v.table.closest("LR"), "trainer.rate");
  EXPECT_EQ(v.table.closest("sped"), "trainer.rate");
  EXPECT_EQ(v.table.closest("count"), "trainer.count");
  EXPECT_EQ(v.table.closest("model.count"), "trainer.count");
  EXPECT_EQ(v.table.closest("triner.count"), "trainer.count");
  EXPECT_EQ(v.table.closest("seed-only"), "seed_only");
  EXPECT_EQ(v.table.closest("memry"), "data.memory");
  EXPECT_EQ(v.table.closest("unrelated"), "");
  EXPECT_EQ(v.table.closest(""), "");
}

TEST(Options, ClosestSuggestsOnlyLikelyMisspellings) {
  int precision = 0;
  double decay = 0;
  OptionTable table;
  table.add("trainer.mp", &precision, "");
  table.add("trainer.weight_decay", &decay, "");
  EXPECT_EQ(table.closest("trainer.foo"), "");
  EXPECT_EQ(table.closest("foo"), "");
  EXPECT_EQ(table.closest("np"), "") << "one wrong character out of two is too many";
  EXPECT_EQ(table.closest("trainer.mpp"), "trainer.mp");
  EXPECT_EQ(table.closest("wieght_decya"), "trainer.weight_decay");
  EXPECT_EQ(table.closest("trainer_weight_decay"), "trainer.weight_decay");
}

TEST(Options, ValuesThatLookLikeCommentsAreQuoted) {
  Values v;
  v.table.set("trainer.name", "a #1");
  EXPECT_NE(v.table.to_ini().find("name = \"a #1\"\n"), std::string::npos);
}

TEST(Options, AnUnknownOptionGetsASuggestion) {
  Values v;
  EXPECT_TRUE(
      test::refuses<UsageError>([&] { v.table.set("trainer.cuont", "1"); }, {"'trainer.count'"}));
}

TEST(Options, IniRoundTrips) {
  Values v;
  v.table.set("trainer.rate", "0.1");
  EXPECT_EQ(v.table.to_ini(),
            "seed_only = false\n\n[trainer]\ncount = 3\nrate = 0.1\nname = x\n\n"
            "[data]\nmemory = 1024\ninterval = 1800\n");
}

}  // namespace
}  // namespace amt
