// Reads TensorBoard event files, independently of the code that writes them.
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

/// Returns the complete records of a file. Throws std::runtime_error if a checksum or field is
/// wrong.
std::vector<ReadEvent> read_events(const std::filesystem::path& file);

/// Returns the event files in a folder, in order of their names.
std::vector<std::filesystem::path> event_files(const std::filesystem::path& folder);

/// Returns the values that TensorBoard shows for a tag, by step. A START record removes its step
/// and all later ones.
std::map<std::int64_t, float> shown(const std::filesystem::path& folder, const std::string& tag);

}  // namespace amt::test
