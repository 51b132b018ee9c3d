#include "src/cli/run_name.hpp"

#include <gtest/gtest.h>

namespace amt {
namespace {

class RunName : public testing::Test {
 protected:
  RunName() {
    table_.add("trainer.seed", &seed_, "");
    table_.add("data.dataset", &dataset_, "");
    table_.add("trainer.run_dir", &run_dir_, "");
    table_.add_short("data", "data.dataset");
  }
  std::string expand(const std::string& name) const { return expand_run_dir(name, table_); }

  std::uint64_t seed_ = 3;
  std::string dataset_ = "/scratch/lakh 30/";
  std::string run_dir_;
  OptionTable table_;
};

TEST_F(RunName, ReplacesOptionNamesByTheirValues) {
  EXPECT_EQ(expand("run"), "run");
  EXPECT_EQ(expand(""), "");
  EXPECT_EQ(expand("runs/{trainer.seed}"), "runs/3");
  EXPECT_EQ(expand("{data.dataset}/{trainer.seed}-{trainer.seed}/x"), "lakh 30/3-3/x");
  EXPECT_EQ(expand("{data}"), "lakh 30");
}

TEST_F(RunName, RefusesUnknownOptionsAndUnbalancedBraces) {
  for (const char* name :
       {"{trainer.sed}", "{}", "{trainer.seed", "trainer.seed}", "{{x}}", "{trainer.run_dir}"}) {
    EXPECT_THROW(expand(name), UsageError) << name;
  }
}

}  // namespace
}  // namespace amt
