// The three splits of a dataset.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace amt {

enum class Split : std::uint8_t { kTrain, kValid, kTest };
inline constexpr std::array<Split, 3> kSplits = {Split::kTrain, Split::kValid, Split::kTest};

const char* split_name(Split split);  ///< "train", "valid", "test"

/// UsageError naming the three if `name` is none of them.
Split split_from_name(const std::string& name);

}  // namespace amt
