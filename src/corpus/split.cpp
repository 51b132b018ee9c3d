#include "amt/corpus/split.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"

namespace amt {

const char* split_name(Split split) {
  switch (split) {
    case Split::kTrain:
      return "train";
    case Split::kValid:
      return "valid";
    case Split::kTest:
      return "test";
  }
  return "";
}

Split split_from_name(const std::string& name) {
  for (const Split split : kSplits) {
    if (name == split_name(split)) return split;
  }
  throw UsageError(fmt::format("'{}' is not a split; they are train, valid and test", name));
}

}  // namespace amt
