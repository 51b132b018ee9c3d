// The values of the device options.
#pragma once

#include <array>
#include <cstdint>

#include "amt/base/words.hpp"
#include "amt/cuda/plugin.hpp"

namespace amt {

/// kAuto: a GPU if every rank has a usable one, else the CPU.
enum class DeviceKind : std::uint8_t { kAuto, kCuda, kCpu };

template <>
inline constexpr auto kWords<DeviceKind> = std::to_array<Word<DeviceKind>>(
    {{"auto", DeviceKind::kAuto}, {"cuda", DeviceKind::kCuda}, {"cpu", DeviceKind::kCpu}});

template <>
inline constexpr auto kWords<cuda::Attention> =
    std::to_array<Word<cuda::Attention>>({{"auto", cuda::Attention::kAuto},
                                          {"cudnn", cuda::Attention::kCudnn},
                                          {"plain", cuda::Attention::kPlain}});

}  // namespace amt
