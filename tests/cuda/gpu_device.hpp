// Selects the device of the GPU tests: the plug-in's GPU number rank_on_host, or a stand-in that
// allows the tests themselves to be checked without a GPU.
#pragma once

#include <memory>
#include <string>

#include "amt/cuda/plugin.hpp"

namespace amt::test {

/// Environment variable; "cpu-bf16" tests the CPU's Ops in bf16 instead of the plug-in's.
inline constexpr const char* kStandInVariable = "AMT_GPU_TEST_STANDIN";

/// Returns why there is no device to test here; "" if there is one.
const std::string& no_device();

/// Returns the plug-in; null if a stand-in is used.
const cuda::Plugin* plugin();

/// Returns the Ops under test. A stand-in ignores `attention`.
std::unique_ptr<Ops> make_tested_ops(cuda::Attention attention = cuda::Attention::kAuto);

}  // namespace amt::test
