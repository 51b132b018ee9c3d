// The individual MIDI files in the golden data, and the reference's results for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace amt::test {

struct GoldenCase {
  std::string file;              ///< name within mid/
  std::string bytes;             ///< the MIDI file
  bool ok = false;               ///< accepted; if not, all members below are empty
  std::vector<double> compound;  ///< five numbers per note
  std::vector<int> interarrival;
  std::uint64_t interarrival_truncations = 0;
  int status = 0;  ///< filter result: 0 kept, 1 too short, 2 too long, 3 too many instruments
  std::vector<int> events;  ///< three numbers per event, if kept
  std::uint64_t truncations = 0;
};

/// Returns all cases in cases.json.gz.
const std::vector<GoldenCase>& golden_cases();

/// Returns the case with that file name; throws Error if there is none.
const GoldenCase& golden_case(std::string_view file);

/// A file of the golden tree. golden_unit() returns those of tree/DIGIT in byte order of their
/// names, as the reference reads them.
struct TreeFile {
  std::string name;  ///< "0/02e6....mid"
  std::string bytes;
};
std::vector<TreeFile> golden_unit(char digit);

inline constexpr std::string_view kUnitDigits = "0123456789abcdef";

std::span<const std::byte> as_bytes(std::string_view text);

}  // namespace amt::test
