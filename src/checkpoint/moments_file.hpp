// optimizer.h5: Adam's moments.
#pragma once

#include <filesystem>
#include <span>

#include "amt/model/parameter_layout.hpp"

namespace amt {

/// Creates and syncs the file. Both moments have layout.total() floats; padding is not written.
/// Returns the XXH3 of the file's bytes.
std::uint64_t write_moments(const std::filesystem::path& path, const ParameterLayout& layout,
                            std::span<const float> first, std::span<const float> second);

/// Reads both moments and sets the padding to 0. Throws an Error naming the file if it does not fit
/// the layout.
void read_moments(const std::filesystem::path& path, const ParameterLayout& layout,
                  std::span<float> first, std::span<float> second);

}  // namespace amt
