// Limits that exceed every model that can be trained. They keep tensor sizes far from overflow, and
// the list of all tensors small, even if a file is damaged.
#pragma once

namespace amt {

inline constexpr int kMaxWidth = 1 << 16;
inline constexpr int kMaxLayers = 1 << 12;
inline constexpr int kMaxPositions = 1 << 20;
inline constexpr int kMaxVocabulary = 1 << 16;  // tokens have 16 bits

}  // namespace amt
