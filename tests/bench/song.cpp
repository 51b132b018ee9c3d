#include "song.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace amt::bench {
namespace {

constexpr int kDrumChannel = 9;
constexpr std::array<int, 7> kMajor = {0, 2, 4, 5, 7, 9, 11};
constexpr std::array<std::array<int, 4>, 5> kProgressions = {
    {{0, 4, 5, 3}, {0, 5, 3, 4}, {1, 4, 0, 0}, {5, 3, 0, 4}, {0, 3, 4, 3}}};  // degrees of the key

std::string big_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 255);
  return text;
}

std::string variable_length(std::uint32_t value) {
  std::string text(1, static_cast<char>(value & 127));
  while (value >>= 7) text.insert(text.begin(), static_cast<char>((value & 127) | 128));
  return text;
}

std::string chunk(const std::string& name, const std::string& body) {
  return name + big_endian(static_cast<std::uint32_t>(body.size()), 4) + body;
}

/// Collects the events of one track, in order of ticks.
class Track {
 public:
  Track(bool running_status, bool note_offs)
      : running_status_(running_status), note_offs_(note_offs) {}

  void meta(int tick, int type, const std::string& payload) {
    const std::string size = variable_length(static_cast<std::uint32_t>(payload.size()));
    add(tick, std::string{'\xff', static_cast<char>(type)} + size + payload);
  }
  void control(int tick, int channel, int number, int value) {
    channel_event(tick, 0xB0 | channel, {number, value});
  }
  void program(int tick, int channel, int number) { channel_event(tick, 0xC0 | channel, {number}); }
  void bend(int tick, int channel, int value) {
    channel_event(tick, 0xE0 | channel, {value & 127, value >> 7});
  }
  void note(int tick, int ticks, int channel, int pitch, int velocity) {
    channel_event(tick, 0x90 | channel, {std::clamp(pitch, 0, 127), std::clamp(velocity, 1, 127)});
    const int off = note_offs_ ? 0x80 : 0x90;
    channel_event(tick + std::max(1, ticks), off | channel,
                  {std::clamp(pitch, 0, 127), note_offs_ ? 64 : 0});
  }

  std::size_t bytes() const { return bytes_; }

  std::string finished() {
    std::ranges::stable_sort(events_, {}, &std::pair<int, std::string>::first);
    std::string body;
    int before = 0;
    char status = 0;
    for (const auto& [tick, event] : events_) {
      body += variable_length(static_cast<std::uint32_t>(tick - std::exchange(before, tick)));
      const bool again = running_status_ && event[0] == status && event[0] != '\xff';
      body += again ? event.substr(1) : event;
      status = event[0];
    }
    return chunk("MTrk", body + std::string("\0\xff\x2f\0", 4));
  }

 private:
  void add(int tick, std::string event) {
    bytes_ += event.size() + 1;
    events_.emplace_back(tick, std::move(event));
  }
  void channel_event(int tick, int status, std::initializer_list<int> data) {
    std::string event(1, static_cast<char>(status));
    for (const int value : data) event += static_cast<char>(value);
    add(tick, std::move(event));
  }

  bool running_status_, note_offs_;
  std::vector<std::pair<int, std::string>> events_;
  std::size_t bytes_ = 0;
};

/// A player's role in each bar.
enum class Part { kDrums, kBass, kChords, kArpeggio, kMelody };

struct Player {
  Part part;
  int channel, octave, pitch;
  Track track;
};

class Song {
 public:
  explicit Song(Dice& dice)
      : dice_(dice),
        resolution_(
            std::array{96, 120, 192, 240, 384, 480}[static_cast<std::size_t>(dice.between(0, 5))]),
        key_(dice.between(-5, 6)),
        progression_(kProgressions[static_cast<std::size_t>(dice.between(0, 4))]),
        conductor_(false, false) {
    conductor_.meta(0, 0x03, "song");
    conductor_.meta(0, 0x58, std::string("\4\2\x18\10", 4));
    tempo(0);
    const bool running = dice.chance(70), note_offs = dice.chance(40);
    const int count = dice.between(1, 13);
    for (int i = 0; i < count; ++i) add_player(i, running, note_offs);
  }

  std::string play(std::size_t bytes) {
    for (int bar = 0; this->bytes() < bytes; ++bar) {
      if (dice_.chance(2)) tempo(at(bar, 0));
      // Players rest for four bars at a time, but never all at once.
      if (bar % 4 == 0) quiet_ = dice_.between(0, static_cast<int>(players_.size()) * 2);
      for (std::size_t i = 0; i < players_.size(); ++i) {
        if (i == 0 || static_cast<int>(i) != quiet_) play_bar(players_[i], bar);
      }
    }
    const auto tracks = static_cast<std::uint32_t>(players_.size() + 1);
    std::string file = chunk("MThd", big_endian(1, 2) + big_endian(tracks, 2) +
                                         big_endian(static_cast<std::uint32_t>(resolution_), 2));
    file += conductor_.finished();
    for (Player& player : players_) file += player.track.finished();
    return file;
  }

 private:
  std::size_t bytes() const {
    std::size_t sum = conductor_.bytes();
    for (const Player& player : players_) sum += player.track.bytes();
    return sum;
  }

  /// Returns the tick of a sixteenth of a bar.
  int at(int bar, int sixteenth) const {
    return bar * 4 * resolution_ + sixteenth * resolution_ / 4;
  }
  int loose() {
    return dice_.between(0, resolution_ / 48);
  }  // players are never exactly on the beat
  int length(int sixteenths) const { return sixteenths * resolution_ / 4 * 9 / 10; }

  void tempo(int tick) {
    conductor_.meta(tick, 0x51, big_endian(60'000'000u / unsigned(dice_.between(70, 170)), 3));
  }

  void add_player(int i, bool running, bool note_offs) {
    const Part part = i < 3 ? static_cast<Part>(i) : static_cast<Part>(dice_.between(2, 4));
    const int channel = part == Part::kDrums ? kDrumChannel : i + (i >= kDrumChannel);
    Player player = {part, channel, dice_.between(3, 6), 0, Track(running, note_offs)};
    player.pitch = 12 * player.octave;
    player.track.meta(0, 0x03, "part " + std::to_string(i));
    if (part != Part::kDrums) {
      player.track.program(0, channel,
                           part == Part::kBass ? dice_.between(32, 39) : dice_.between(0, 95));
    }
    player.track.control(0, channel, 7, dice_.between(60, 127));
    player.track.control(0, channel, 10, dice_.between(20, 108));
    players_.push_back(std::move(player));
  }

  int degree(int step, int octave) const {
    const int up = step / 7, within = step % 7;
    return key_ + 12 * (octave + up) + kMajor[static_cast<std::size_t>(within)];
  }

  void play_bar(Player& player, int bar) {
    const int root = progression_[static_cast<std::size_t>(bar % 4)];
    switch (player.part) {
      case Part::kDrums:
        return drums(player, bar);
      case Part::kBass:
        for (int s = 0; s < 16; s += dice_.chance(60) ? 2 : 4) {
          hit(player, bar, s, 2, degree(root + (dice_.chance(20) ? 4 : 0), 3));
        }
        return;
      case Part::kChords:
        for (int s = 0; s < 16; s += dice_.chance(50) ? 4 : 8) {
          for (const int third : {0, 2, 4}) hit(player, bar, s, 4, degree(root + third, 5));
        }
        return;
      case Part::kArpeggio:
        for (int s = 0; s < 16; s += 2) {
          hit(player, bar, s, 2, degree(root + s / 2 % 4 * 2, player.octave));
        }
        return;
      case Part::kMelody:
        return melody(player, bar, root);
    }
  }

  void drums(Player& player, int bar) {
    for (int s = 0; s < 16; ++s) {
      if (s % 8 == 0 || dice_.chance(6)) hit(player, bar, s, 1, 36);
      if (s % 8 == 4) hit(player, bar, s, 1, 38);
      if (s % 2 == 0) hit(player, bar, s, 1, dice_.chance(10) ? 46 : 42);
    }
    if (bar % 8 == 0) hit(player, bar, 0, 1, 49);
  }

  void melody(Player& player, int bar, int root) {
    int step = root + dice_.between(0, 6);
    for (int s = 0; s < 16;) {
      const int sixteenths =
          std::array{1, 2, 2, 4, 4, 6}[static_cast<std::size_t>(dice_.between(0, 5))];
      step = std::clamp(step + dice_.between(-2, 2), 0, 20);
      if (dice_.chance(85)) hit(player, bar, s, sixteenths, degree(step, player.octave));
      s += sixteenths;
    }
    if (!dice_.chance(10)) return;
    for (int s = 0; s < 8; ++s) {  // vibrato
      player.track.bend(at(bar, s) + resolution_ / 9, player.channel,
                        8192 + dice_.between(-900, 900));
    }
    player.track.bend(at(bar, 8), player.channel, 8192);
  }

  void hit(Player& player, int bar, int sixteenth, int sixteenths, int pitch) {
    const int velocity = dice_.between(60, 90) + (sixteenth % 4 == 0 ? 20 : 0);
    player.track.note(at(bar, sixteenth) + loose(), length(sixteenths), player.channel, pitch,
                      velocity);
  }

  Dice& dice_;
  int resolution_, key_;
  std::array<int, 4> progression_;
  Track conductor_;
  std::vector<Player> players_;
  int quiet_ = 0;
};

}  // namespace

double Dice::bell() {
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += between(0, 1'000'000) * 1e-6;
  return sum - 6;
}

std::string make_song(Dice& dice, std::size_t bytes) { return Song(dice).play(bytes); }

}  // namespace amt::bench
