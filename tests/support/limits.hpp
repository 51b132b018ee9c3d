// Checks the limits of an option: the last value inside must be accepted, and the first one outside
// refused.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "amt/base/options.hpp"
#include "support/refusal.hpp"

namespace amt::test {

struct Limit {
  const char* option;
  const char* accepted;
  const char* refused;
};

/// `options` must have register_options() and validate(), and all its values must be valid.
template <class Options>
void expect_limits(const Options& options, std::initializer_list<Limit> limits) {
  for (const Limit& limit : limits) {
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
}

}  // namespace amt::test
