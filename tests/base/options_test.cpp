#include "amt/base/options.hpp"

#include <gtest/gtest.h>

#include "amt/base/error.hpp"

namespace amt {
namespace {

struct Values {
  bool on = false;
  int count = 3;
  double rate = 6e-4;
  std::string name = "x";
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

TEST(Options, RefusesWhatIsNotWhollyAValue) {
  Values v;
  for (const auto& [name, text] :
       std::vector<std::pair<std::string, std::string>>{{"trainer.count", "12x"},
                                                        {"trainer.count", ""},
                                                        {"trainer.count", "99999999999"},
                                                        {"trainer.rate", "nan"},
                                                        {"trainer.rate", "1e"},
                                                        {"data.memory", "-1"},
                                                        {"data.memory", "5XB"},
                                                        {"data.interval", "3weeks"},
                                                        {"seed_only", "maybe"}}) {
    try {
      v.table.set(name, text);
      FAIL() << name << " took '" << text << "'";
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
}

TEST(Options, UnknownNamesTheNearest) {
  Values v;
  try {
    v.table.set("trainer.cuont", "1");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("'trainer.count'"), std::string::npos) << error.what();
  }
}

TEST(Options, IniReadsBackAsItself) {
  Values v;
  v.table.set("trainer.rate", "0.1");
  EXPECT_EQ(v.table.to_ini(),
            "seed_only = false\n\n[trainer]\ncount = 3\nrate = 0.1\nname = x\n\n"
            "[data]\nmemory = 1024\ninterval = 1800\n");
}

}  // namespace
}  // namespace amt
