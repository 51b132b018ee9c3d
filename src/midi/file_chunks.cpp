#include "file_chunks.hpp"

#include <algorithm>
#include <cstring>

namespace amt {
namespace {

constexpr std::ptrdiff_t kChunkHeader = 8;  // a four-byte name and a four-byte size
constexpr std::ptrdiff_t kFileHeader = 6;   // three two-byte numbers

std::uint32_t big_endian_32(const Byte* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 |
         at[3];
}

int big_endian_16(const Byte* at) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(at[0] << 8 | at[1]));
}

/// Returns the size stated in the header of the chunk at `at`.
std::uint32_t chunk_size(const ByteRange& file, const Byte* at, const char* name,
                         const char* reason) {
  if (file.end - at < kChunkHeader)
    reject("the file ends where a chunk should begin", file.offset(at));
  if (std::memcmp(at, name, 4) != 0) reject(reason, file.offset(at));
  return big_endian_32(at + 4);
}

}  // namespace

MidiHeader read_header(const ByteRange& file) {
  const std::uint32_t size = chunk_size(file, file.begin, "MThd", "no MThd: not a MIDI file");
  const Byte* body = file.begin + kChunkHeader;
  const std::ptrdiff_t bytes = std::min<std::ptrdiff_t>(size, file.end - body);
  if (bytes < kFileHeader) reject("a header of less than six bytes", file.offset(body));
  const MidiHeader header{big_endian_16(body), big_endian_16(body + 2), big_endian_16(body + 4),
                          body + bytes};
  if (header.format == 2) reject("format 2, whose tracks have no common time,", file.offset(body));
  return header;
}

ByteRange find_track(const ByteRange& file, const Byte* at) {
  const std::uint32_t size = chunk_size(file, at, "MTrk", "no MTrk where a track should begin");
  const Byte* body = at + kChunkHeader;
  if (size > file.end - body) reject("a track that is longer than the file", file.offset(at));
  return {file.file, body, body + size};
}

}  // namespace amt
