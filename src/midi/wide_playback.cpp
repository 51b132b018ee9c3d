#include "wide_playback.hpp"

#include <algorithm>
#include <vector>

#include "event_reader.hpp"
#include "wide_tick.hpp"

namespace amt {
namespace {

/// A position in a track: the next message and its tick.
struct Cursor {
  Cursor(const ByteRange& track_range, std::size_t track_index)
      : reader(track_range), range(track_range), track(track_index) {}

  /// Moves to the next message. Returns false at the end of the track.
  bool advance() {
    if (reader.done()) return false;
    const TrackEvent event = reader.next();
    tick += WideTick::read(range, event.delta_at);
    body = event.body;
    return true;
  }

  EventReader reader;
  ByteRange range;
  std::size_t track;
  WideTick tick;
  MessageBody body = 0;
};

/// Heap order with the next message to play in front: the lowest tick, then the lowest track.
struct PlaysLater {
  bool operator()(const Cursor* a, const Cursor* b) const {
    const std::strong_ordering order = a->tick <=> b->tick;
    return order != 0 ? order > 0 : a->track > b->track;
  }
};

std::vector<Cursor> open_tracks(std::span<const ByteRange> tracks) {
  std::vector<Cursor> cursors;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    Cursor cursor(tracks[i], i);
    if (cursor.advance()) cursors.push_back(cursor);
  }
  return cursors;
}

double ticks_between(const WideTick& from, WideTick to) { return (to -= from).to_double(); }

}  // namespace

void play_wide(std::span<const ByteRange> tracks, Player& player, const NoteMessageSink& sink) {
  std::vector<Cursor> cursors = open_tracks(tracks);
  std::vector<Cursor*> heap;
  for (Cursor& cursor : cursors) heap.push_back(&cursor);
  std::ranges::make_heap(heap, PlaysLater());
  WideTick played, last;
  std::size_t since_taken = 0;
  while (!heap.empty()) {
    std::ranges::pop_heap(heap, PlaysLater());
    Cursor& cursor = *heap.back();
    last = cursor.tick;
    if (kind_of(cursor.body) != MessageKind::kEndOfTrack) {
      player.play(ticks_between(played, cursor.tick), cursor.body);
      played = cursor.tick;
      if (++since_taken % Player::kRoom == 0) sink(player.take());
    }
    if (cursor.advance()) {
      std::ranges::push_heap(heap, PlaysLater());
    } else {
      heap.pop_back();
    }
  }
  sink(player.take());
  player.finish(ticks_between(played, last));
}

}  // namespace amt
