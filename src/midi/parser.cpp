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
namespace {

/// Calls `take` with each track; the header gives their number.
template <class Take>
MidiHeader for_each_track(std::span<const std::byte> file, Take take) {
  const auto* begin = reinterpret_cast<const Byte*>(file.data());
  const ByteRange bytes{begin, begin, begin + file.size()};
  const MidiHeader header = read_header(bytes);
  const Byte* at = header.at;
  for (int i = 0; i < header.tracks; ++i) {
    const ByteRange track = find_track(bytes, at);
    take(track);
    at = track.end;
  }
  return header;
}

}  // namespace

/// The buffers that are reused between files.
struct MidiParser::Buffers {
  void prepare(std::size_t file_bytes);
  void read_track(const ByteRange& track);
  void play(int division, const NoteMessageSink& sink);
  void play_merged(Player& player, const NoteMessageSink& sink);
  std::span<const Message> in_order(std::uint32_t end);

  std::unique_ptr<Message[]> messages, scratch;  ///< unused parts are never touched
  std::size_t room = 0, scratch_room = 0;        ///< enough for any file of the current size
  std::size_t count = 0;                         ///< messages kept so far
  std::uint64_t last_tick = 0;  ///< largest tick, including those of dropped messages
  std::vector<ByteRange> tracks;
  std::vector<NoteMessage> room_for_notes;
  Playback playback;
};

void MidiParser::Buffers::prepare(std::size_t file_bytes) {
  // A message takes at least two bytes. One more is needed because read_track() writes a message
  // before it knows whether to keep it, to avoid a branch.
  const std::size_t most = file_bytes / 2 + 1;
  if (room < most) {
    messages.reset();
    messages = std::make_unique_for_overwrite<Message[]>(most);
    room = most;
  }
  count = 0;
  last_tick = 0;
  tracks.clear();
}

/// Appends the messages that matter. A mark at the same tick as another message of its track does
/// not change any sum and is left out. Ticks are truncated to 32 bits; last_tick shows whether
/// there are larger ones.
void MidiParser::Buffers::read_track(const ByteRange& track) {
  EventReader reader(track);
  std::uint64_t tick = 0, kept_tick = 0;
  Message* out = messages.get() + count;
  while (!reader.done()) {
    const TrackEvent event = reader.next();
    tick += event.delta;
    const MessageKind kind = kind_of(event.body);
    const bool keep =
        kind == MessageKind::kMark ? tick != kept_tick : kind != MessageKind::kEndOfTrack;
    *out = {static_cast<std::uint32_t>(tick), event.body};
    out += keep ? 1 : 0;
    kept_tick = keep ? tick : kept_tick;
  }
  count = out - messages.get();
  last_tick = std::max(last_tick, tick);
}

void MidiParser::Buffers::play(int division, const NoteMessageSink& sink) {
  room_for_notes.resize(Player::kRoom + 1);
  Player player(division, room_for_notes.data());
  if (last_tick > std::numeric_limits<std::uint32_t>::max()) {
    play_wide(tracks, player, sink);
  } else {
    play_merged(player, sink);
  }
}

/// Returns the messages in playing order; those of a single track already are.
std::span<const Message> MidiParser::Buffers::in_order(std::uint32_t end) {
  if (tracks.size() < 2) return {messages.get(), count};
  if (scratch_room < count) {
    scratch.reset();
    scratch = std::make_unique_for_overwrite<Message[]>(count);
    scratch_room = count;
  }
  return merge_tracks({messages.get(), count}, {scratch.get(), count}, end);
}

void MidiParser::Buffers::play_merged(Player& player, const NoteMessageSink& sink) {
  const auto end = static_cast<std::uint32_t>(last_tick);
  std::uint32_t played = 0;
  for (std::span<const Message> left = in_order(end); !left.empty();) {
    const auto some = left.first(std::min(left.size(), Player::kRoom));
    for (const Message& message : some) {
      player.play(message.tick - played, message.body);
      played = message.tick;
    }
    sink(player.take());
    left = left.subspan(some.size());
  }
  player.finish(end - played);
}

MidiCounts count_messages(std::span<const std::byte> file) {
  MidiCounts counts;
  for_each_track(file, [&](const ByteRange& track) {
    ++counts.tracks;
    for (EventReader reader(track); !reader.done();) {
      const MessageBody body = reader.next().body;
      const bool note = kind_of(body) == MessageKind::kNote;
      ++counts.messages;
      counts.notes += note ? 1 : 0;
      counts.note_ons += note && velocity_of(body) > 0 ? 1 : 0;
    }
  });
  return counts;
}

MidiParser::MidiParser() : buffers_(std::make_unique<Buffers>()) {}
MidiParser::~MidiParser() = default;
MidiParser::MidiParser(MidiParser&&) noexcept = default;
MidiParser& MidiParser::operator=(MidiParser&&) noexcept = default;

void MidiParser::parse(std::span<const std::byte> file, const NoteMessageSink& sink) {
  buffers_->prepare(file.size());
  const MidiHeader header = for_each_track(file, [&](const ByteRange& track) {
    buffers_->read_track(track);
    buffers_->tracks.push_back(track);
  });
  buffers_->play(header.division, sink);
}

const Playback& MidiParser::parse(std::span<const std::byte> file) {
  std::vector<NoteMessage>& messages = buffers_->playback.messages;
  messages.clear();
  parse(file, [&](std::span<const NoteMessage> some) {
    messages.insert(messages.end(), some.begin(), some.end());
  });
  return buffers_->playback;
}

}  // namespace amt
