// Limits beyond any model that can be trained. They keep tensor sizes far from overflow, and a list
// of all tensors small, before anything is known about a file or a machine.
#pragma once

namespace amt {

inline constexpr int kMaxWidth = 1 << 16;
inline constexpr int kMaxLayers = 1 << 12;
inline constexpr int kMaxPositions = 1 << 20;
inline constexpr int kMaxVocabulary = 1 << 16;  // tokens have 16 bits

}  // namespace amt
