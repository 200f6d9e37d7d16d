import html from "../../examples/workshop/01-object-to-pg/README.md";
import { type Lesson, tryAt, verdict, withWorkshop } from "./lesson.ts";

const OBJECT = "beach.jpg";
const POOL = 1;

/** Names, hashes, PGs. */
export const objectToPg: Lesson = {
  title: "From object to PG",
  minutes: 10,
  html,
  tries: [{ label: "Follow an object", address: tryAt("pg") }],
  exercise: {
    question:
      `Which PG of the pool photos holds the object ${OBJECT}, and which OSD is its primary? ` +
      "The view PG and object follows any name.",
    example: "1.2a osd.7",
    check: async (answer, context) => {
      const { pgid, upPrimary } = await withWorkshop(context, ({ snapshot }, engine) =>
        engine.locate(snapshot.handle, POOL, OBJECT),
      );
      const hint = "Write the PG, a space, and the first OSD of its list.";
      return verdict(answer, [`${pgid} osd.${upPrimary}`, `${pgid} ${upPrimary}`], hint);
    },
  },
};
