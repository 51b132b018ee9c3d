// The three splits of a dataset.
#pragma once

#include <array>
#include <cstdint>

#include "amt/base/words.hpp"

namespace amt {

enum class Split : std::uint8_t { kTrain, kValid, kTest };
inline constexpr std::array<Split, 3> kSplits = {Split::kTrain, Split::kValid, Split::kTest};

/// Returns the index into arrays with one element for each split.
constexpr std::uint32_t index_of(Split split) { return static_cast<std::uint32_t>(split); }

template <>
inline constexpr auto kWords<Split> = std::to_array<Word<Split>>({{"train", Split::kTrain},
                                                                  {"valid", Split::kValid},
                                                                  {"test", Split::kTest}});

constexpr const char* split_name(Split split) { return word_of(split); }

}  // namespace amt
