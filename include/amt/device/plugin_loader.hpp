// Finds the CUDA plug-in and loads it. Local; needs neither CUDA nor MPI.
#pragma once

#include <filesystem>

#include "amt/cuda/plugin.hpp"

namespace amt {

/// Environment variable with the plug-in's file; if it is set, no other file is tried.
inline constexpr const char* kPluginVariable = "AMT_CUDA_PLUGIN";

/// The file in kPluginVariable, else libamt_cuda.so in ../lib of the program's folder or in that
/// folder itself. Error with the places that were tried.
std::filesystem::path find_plugin();

/// Loads the plug-in, which stays loaded for the life of the process. Error in one line if it
/// cannot be loaded (a library that it needs is missing), is not a plug-in, or was built from other
/// headers.
const cuda::Plugin& load_plugin(const std::filesystem::path& file);

/// False if the driver's library is missing, so that the plug-in would find no device. Much cheaper
/// than loading the plug-in's libraries.
bool has_driver();

}  // namespace amt
