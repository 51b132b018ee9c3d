#include "amt/midi/parser.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "event_reader.hpp"
#include "file_chunks.hpp"
#include "message.hpp"
#include "player.hpp"
#include "track_merge.hpp"
#include "wide_playback.hpp"

namespace amt {

/// What stays allocated between files.
struct MidiParser::Buffers {
  void prepare(std::size_t file_bytes);
  void read_track(const ByteRange& track);
  void play(int division);
  void play_merged(Player& player);

  std::vector<Message> messages, scratch;  ///< room for any file of the size of the present one
  std::size_t count = 0;                   ///< messages kept so far
  std::size_t notes = 0;                   ///< notes among them
  std::uint64_t last_tick = 0;             ///< of all messages, dropped ones as well
  std::vector<ByteRange> tracks;
  Playback playback;
};

void MidiParser::Buffers::prepare(std::size_t file_bytes) {
  // A message takes two bytes at least. One more: whether a message is kept is not branched on.
  const std::size_t most = file_bytes / 2 + 1;
  if (messages.size() < most) messages.resize(most);
  count = notes = 0;
  last_tick = 0;
  tracks.clear();
}

/// Appends the messages that matter. A mark at the tick of another message of its track splits no
/// sum: it is left out. Ticks beyond 32 bits are cut off; last_tick says that there are some.
void MidiParser::Buffers::read_track(const ByteRange& track) {
  EventReader reader(track);
  std::uint64_t tick = 0, kept_tick = 0;
  Message* out = messages.data() + count;
  std::size_t track_notes = 0;
  while (!reader.done()) {
    const TrackEvent event = reader.next();
    tick += event.delta;
    const MessageKind kind = kind_of(event.body);
    const bool keep =
        kind == MessageKind::kMark ? tick != kept_tick : kind != MessageKind::kEndOfTrack;
    *out = {static_cast<std::uint32_t>(tick), event.body};
    out += keep ? 1 : 0;
    kept_tick = keep ? tick : kept_tick;
    track_notes += kind == MessageKind::kNote ? 1 : 0;
  }
  count = static_cast<std::size_t>(out - messages.data());
  notes += track_notes;
  last_tick = std::max(last_tick, tick);
}

void MidiParser::Buffers::play(int division) {
  playback.messages.resize(notes + 1);
  Player player(division, playback.messages.data());
  if (last_tick > std::numeric_limits<std::uint32_t>::max()) {
    play_wide(tracks, player);
  } else {
    play_merged(player);
  }
  playback.messages.resize(notes);
}

void MidiParser::Buffers::play_merged(Player& player) {
  if (scratch.size() < count) scratch.resize(count);
  const auto end = static_cast<std::uint32_t>(last_tick);
  std::uint32_t played = 0;
  for (const Message& message :
       merge_tracks({messages.data(), count}, {scratch.data(), count}, end)) {
    player.play(message.tick - played, message.body);
    played = message.tick;
  }
  player.finish(end - played);
}

MidiParser::MidiParser() : buffers_(std::make_unique<Buffers>()) {}
MidiParser::~MidiParser() = default;
MidiParser::MidiParser(MidiParser&&) noexcept = default;
MidiParser& MidiParser::operator=(MidiParser&&) noexcept = default;

const Playback& MidiParser::parse(std::span<const std::byte> file) {
  const auto* begin = reinterpret_cast<const Byte*>(file.data());
  const ByteRange bytes{begin, begin, begin + file.size()};
  const MidiHeader header = read_header(bytes);
  buffers_->prepare(file.size());
  const Byte* at = header.at;
  for (int i = 0; i < header.tracks; ++i) {
    const ByteRange track = find_track(bytes, at);
    buffers_->read_track(track);
    buffers_->tracks.push_back(track);
    at = track.end;
  }
  buffers_->play(header.division);
  return buffers_->playback;
}

}  // namespace amt
