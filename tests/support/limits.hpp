// Checks which values of an option are accepted: the last one inside each limit, and the first one
// outside.
#pragma once

#include <gtest/gtest.h>

#include "amt/base/options.hpp"
#include "support/refusal.hpp"

namespace amt::test {

struct Limit {
  const char* option;
  const char* accepted;
  const char* refused;
};

/// `options`: a type with register_options() and validate(), with values that are all valid.
template <class Options>
void expect_limit(const Options& options, const Limit& limit) {
  const auto validate = [&](const char* value) {
    Options changed = options;
    OptionTable table;
    changed.register_options(table);
    table.set(limit.option, value);
    changed.validate();
  };
  EXPECT_EQ(refusal<UsageError>([&] { validate(limit.accepted); }), "") << limit.option;
  EXPECT_TRUE(refuses<UsageError>([&] { validate(limit.refused); },
                                  {std::string("--") + limit.option, limit.refused}));
}

}  // namespace amt::test
