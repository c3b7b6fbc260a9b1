/** How far from the end one may be, in pixels, and still be there. */
const NEAR = 100;
/** How far from it one may be and touch it; pixels have parts. */
const TOUCHING = 2;

/** What we use of a box that scrolls. */
interface Box {
  scrollTop: number;
  scrollHeight: number;
  clientHeight: number;
}

/** Knows whether the end of a talk is followed: until somebody turns away from it, and again once they are back. */
export class FollowEnd {
  isFollowed = true;
  private before = 0;
  private isTurnedAway = false;

  /** Whether there is something below that cannot be seen. */
  static isFar(box: Box): boolean {
    return box.scrollHeight - box.scrollTop - box.clientHeight > NEAR;
  }

  /** Somebody turned the wheel; upwards is away. */
  pulled(distance: number): void {
    if (distance < 0) this.isTurnedAway = true;
  }

  /** Somebody laid a finger on it: it does not move under that. */
  held(): void {
    this.isTurnedAway = true;
    this.isFollowed = false;
  }

  /** They took it away again; who is at the very end goes on following. */
  released(box: Box): void {
    if (box.scrollHeight - box.scrollTop - box.clientHeight < TOUCHING) this.follow();
  }

  /** Somebody wants to see the end, or is there again. */
  follow(): void {
    this.isFollowed = true;
    this.isTurnedAway = false;
  }

  /** Somebody went elsewhere. */
  leave(): void {
    this.isFollowed = false;
  }

  /** The box was moved, by whomever. */
  scrolled(box: Box): void {
    const isDown = box.scrollTop > this.before;
    const isUp = box.scrollTop < this.before;
    this.before = box.scrollTop;
    // What only grew has left nobody behind who did not go up: the end is shown again in the next moment.
    if (FollowEnd.isFar(box)) this.isFollowed &&= !isUp;
    else if (!this.isTurnedAway || isDown) this.follow();
    else this.isFollowed = false;
  }
}
