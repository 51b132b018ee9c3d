// The individual files of the golden data, and the reference's results for them.
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
  bool ok = false;               ///< accepted; the rest is empty if not
  std::vector<double> compound;  ///< five numbers a note
  std::vector<int> interarrival;
  std::uint64_t interarrival_truncations = 0;
  int status = 0;           ///< of the filter: 0 kept, 1 short, 2 long, 3 too many instruments
  std::vector<int> events;  ///< three numbers an event, if kept
  std::uint64_t truncations = 0;
};

/// Returns all of cases.json.gz.
const std::vector<GoldenCase>& golden_cases();

/// Returns the case with that file name; throws Error if there is none.
const GoldenCase& golden_case(std::string_view file);

/// The files of tree/DIGIT in the byte order of their names, like the reference.
struct TreeFile {
  std::string name;  ///< "0/02e6....mid"
  std::string bytes;
};
std::vector<TreeFile> golden_unit(char digit);

inline constexpr std::string_view kUnitDigits = "0123456789abcdef";

std::span<const std::byte> as_bytes(std::string_view text);

}  // namespace amt::test
