// Synthetic music for tests.
#pragma once

#include "amt/midi/playback.hpp"

namespace amt::test {

/// Returns a piece of `notes` piano notes, one every 20 ticks, each 10 ticks long.
inline Playback playback_of(int notes) {
  Playback playback;
  for (int i = 0; i < notes; ++i) {
    playback.messages.push_back({0.2 * i, i > 0 ? 0.1 : 0, 60, 64, 0, 0});
    playback.messages.push_back({0.2 * i + 0.1, 0.1, 60, 0, 0, 0});
  }
  return playback;
}

}  // namespace amt::test
