// Finds the CUDA plug-in and loads it. Local; needs neither CUDA nor MPI.
#pragma once

#include <filesystem>

#include "amt/cuda/plugin.hpp"

namespace amt {

/// Names the plug-in's file, and then no other is looked for.
inline constexpr const char* kPluginVariable = "AMT_CUDA_PLUGIN";

/// The file that kPluginVariable names, else libamt_cuda.so in ../lib of the program's folder or in
/// that folder itself. Error that says where it was looked for.
std::filesystem::path find_plugin();

/// Loads it; it stays for the life of the process, as its objects do. Error in one line if it
/// cannot be loaded (a library that it needs is missing), is not a plug-in, or was built
/// from other headers.
const cuda::Plugin& load_plugin(const std::filesystem::path& file);

/// False where a driver's library is missing, without which the plug-in finds no device: much
/// cheaper to know than to load the plug-in's libraries.
bool has_driver();

}  // namespace amt
