// The words by which a user chooses a device.
#pragma once

#include <cstdint>
#include <string>

#include "amt/cuda/plugin.hpp"

namespace amt {

/// kAuto: a GPU where every rank has one that can be used, else the CPU.
enum class DeviceKind : std::uint8_t { kAuto, kCuda, kCpu };

/// Of "auto", "cuda" or "cpu". UsageError naming `option`, as "--device", for any other word.
DeviceKind device_kind(const std::string& word, const std::string& option);

/// Of "auto", "cudnn" or "plain". UsageError naming `option` for any other word.
cuda::Attention attention_kind(const std::string& word, const std::string& option);

}  // namespace amt
