import html from "../../examples/workshop/06-pg-num/README.md";
import { type Lesson, tryAt, verdict, withWorkshop } from "./lesson.ts";

/** Too few PGs, too many, splitting. */
export const pgNum: Lesson = {
  title: "How many PGs?",
  minutes: 10,
  html,
  tries: [
    { label: "See the imbalance", address: tryAt("distribution") },
    {
      label: "Split a pool",
      address: tryAt("distribution", ["ceph osd pool set photos pg_num 128"]),
    },
  ],
  exercise: {
    question: "Which OSD has the most PGs of the pool photos? Where several have, one will do.",
    example: "osd.3",
    check: async (answer, context) => {
      const names = await withWorkshop(context, async ({ snapshot }) => {
        const pgs = ({ pgsByPool: [photos = 0] }: (typeof snapshot.osds)[number]) => photos;
        const most = Math.max(...snapshot.osds.map(pgs));
        return snapshot.osds.filter((osd) => pgs(osd) === most).map(({ name }) => name);
      });
      return verdict(
        answer,
        names,
        "In Distribution, choose the pool and order by what they hold.",
      );
    },
  },
};
