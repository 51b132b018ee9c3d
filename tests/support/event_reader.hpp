// Reads TensorBoard's event files, independently of the code that writes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace amt::test {

struct ReadEvent {
  double wall_time = 0;
  std::int64_t step = 0;
  std::string file_version;
  int session_status = 0;
  std::map<std::string, float> scalars;
};

/// The whole records of a file. std::runtime_error if a checksum or a field is wrong.
std::vector<ReadEvent> read_events(const std::filesystem::path& file);

/// The files of a folder in the order of their names.
std::vector<std::filesystem::path> event_files(const std::filesystem::path& folder);

/// What TensorBoard shows of a folder: step -> value, where a START forgets its step and later
/// ones.
std::map<std::int64_t, float> shown(const std::filesystem::path& folder, const std::string& tag);

}  // namespace amt::test
